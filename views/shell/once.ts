import type { Link } from '../store/live.ts'
import { InkStream } from '../terminal/ink-stream.ts'
import { loadInk } from '../terminal/load-ink.ts'
import { withoutColours } from '../terminal/sanitise.ts'
import type { Host, ScreenSettings } from './host.ts'

export interface OnceOptions {
  size: { columns: number; rows: number }
  colours: boolean
  unicode: boolean
  version: string
  settings: ScreenSettings
  kept: string | null
}

/** The screen as it is now, as text: the same panes, drawn once. */
export async function drawOnce(link: Link, options: OnceOptions): Promise<string> {
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
  await shell.begin(link)
  await shell.live.refresh()
  shell.signal.now()
  await new Promise(resolve => setImmediate(resolve))
  await ink.waitUntilRenderFlush()
  shell.stop()
  ink.unmount()
  const text = options.colours ? frame : frame.split('\n').map(withoutColours).join('\n')
  return `${text
    .split('\n')
    .map(row => row.trimEnd())
    .join('\n')}\n`
}
