import { setTimeout as pause } from 'node:timers/promises'
import { Problem } from '../../src/contract/problem.ts'
import type { Pane } from '../panes/pane.ts'
import type { Link } from '../store/live.ts'
import { InkStream } from '../terminal/ink-stream.ts'
import { loadInk } from '../terminal/load-ink.ts'
import { withoutColours } from '../terminal/sanitise.ts'
import type { Host, ScreenSettings } from './host.ts'

/** How long a frame waits for what is to stand in it, in milliseconds. */
const patience = 5000
/** Once nothing was asked for so long, nothing more is: longer than a log waits whether one stays with it. */
const calm = 200
/** What goes on asking, as a log does that is followed, is seen as it is by then. */
const seen = 800

export interface OnceOptions {
  /** The pane to draw, by its name or the beginning of it; null: the one that was looked at last. */
  pane: string | null
  size: { columns: number; rows: number }
  colours: boolean
  unicode: boolean
  version: string
  settings: ScreenSettings
  kept: string | null
}

/** The screen as it is now, as text: the same panes, drawn once; and why it shows nothing, where nobody answers. */
export async function drawOnce(
  link: Link,
  options: OnceOptions,
): Promise<{ frame: string; lost: string | null }> {
  const { size, version, settings, kept } = options
  const { render } = await loadInk()
  const [{ Shell }, { rootOf }, { panes }] = await Promise.all([
    import('./shell.ts'),
    import('./root.tsx'),
    import('../panes/index.ts'),
  ])
  const refuse = async (): Promise<never> => {
    throw new Error('Nothing can be done on a screen that is only printed.')
  }
  const host: Host = {
    unicode: options.unicode && !settings.ascii,
    settings,
    version,
    kept: kept ?? '{}',
    unsaved: '',
    ssh: ['ssh'],
    tmuxSocket: '',
    ithaca: 'ithaca',
    field: refuse,
    now: () => performance.now(),
    repaint: () => {},
    suspend: () => {},
    copy: refuse,
    shape: { cols: size.columns, rows: size.rows, term: 'dumb' },
    attach: refuse,
    plain: refuse,
    page: refuse,
    edit: refuse,
    quit: () => {},
  }
  const shell = new Shell(host, size, panes)
  if (options.pane !== null) {
    shell.pane = named(shell.panes, options.pane)
    shell.side = 'list'
  }
  let frame = ''
  const stdout = new InkStream(size.columns, size.rows, text => {
    if (text.split('\n').length === size.rows) frame = text
  })
  const ink = render(rootOf(shell, null), {
    stdout,
    debug: true,
    interactive: true,
    patchConsole: false,
    exitOnCtrlC: false,
  })
  const answers = new Answers(link)
  await shell.begin(answers.link)
  await shell.live.refresh()
  const drawn = async () => {
    shell.signal.now()
    // What a part does once it is drawn it does in a turn of its own, and what comes of that is drawn in the next.
    for (let turn = 0; turn < 3; turn++) {
      await new Promise(resolve => setImmediate(resolve))
      await ink.waitUntilRenderFlush()
    }
  }
  // What is drawn may ask for more: the log of a serve, the text of a mail.
  const late = AbortSignal.timeout(patience)
  const enough = performance.now() + seen
  do await drawn()
  while ((await answers.more(late)) && performance.now() < enough)
  await drawn()
  const lost = shell.live.lost?.reason ?? null
  shell.stop()
  ink.unmount()
  const text = options.colours ? frame : frame.split('\n').map(withoutColours).join('\n')
  const rows = text.split('\n').map(row => row.trimEnd())
  return { frame: `${rows.join('\n')}\n`, lost }
}

/** Whether anything is still being asked for; the stream of events goes on for ever and does not count. */
class Answers {
  readonly link: Link
  readonly #awaited = new Set<Promise<unknown>>()
  #heard = (): void => {}

  constructor(link: Link) {
    const carry: Link['carry'] = request => {
      const answer = link.carry(request).then(whole)
      this.#awaited.add(answer)
      this.#heard()
      const done = () => void this.#awaited.delete(answer)
      answer.then(done, done)
      return answer
    }
    this.link = Object.create(link, { carry: { value: carry } })
  }

  /** Waits for all that is asked until nothing is any more; false where nothing was. */
  async more(late: AbortSignal): Promise<boolean> {
    const over = new Promise(resolve => late.addEventListener('abort', resolve, { once: true }))
    if (this.#awaited.size === 0) await Promise.race([over, this.#asked(), pause(calm)])
    if (this.#awaited.size === 0) return false
    await Promise.race([Promise.allSettled(this.#awaited), over])
    return true
  }

  #asked(): Promise<void> {
    return new Promise(resolve => {
      this.#heard = resolve
    })
  }
}

/** An answer once all of it is here. */
async function whole(answer: Response): Promise<Response> {
  if (!answer.body || answer.headers.get('content-type')?.startsWith('text/event-stream')) return answer
  const { status, statusText, headers } = answer
  return new Response(await answer.arrayBuffer(), { status, statusText, headers })
}

function named(panes: readonly Pane[], name: string): Pane {
  const nameOf = ({ title }: Pane) => title.toLowerCase()
  const like = panes.filter(pane => nameOf(pane).startsWith(name.toLowerCase()))
  if (like.length === 1) return like[0]!
  const names = (like.length > 1 ? like : panes).map(nameOf)
  throw new Problem('invalid', `There is no pane '${name}'; there are ${names.join(', ')}.`)
}
