import { isReplaced, UPDATED } from '../../src/contract/replaced.ts'
import type { Link } from '../store/live.ts'
import { copyTo } from '../terminal/clipboard.ts'
import type { FirstScreen } from './first-screen.ts'
import type { Host, ScreenSettings } from './host.ts'
import { openerOf } from './opener.ts'
import type { Shell } from './shell.ts'

export interface ScreenOptions {
  version: string
  /** Opens the workspace or finds who has it open. */
  connect(): Promise<Link>
  ssh: readonly string[]
  tmuxSocket: string
  ithaca: string
  settings(): Promise<ScreenSettings>
  /** What the last screen left, and what this one leaves. */
  kept: string | null
  keep(text: string): Promise<void>
  /** The folder for what was written in $EDITOR until it is saved. */
  unsaved: string
  daemon?: Host['daemon']
  /** The words that start the demo. */
  demo?: readonly string[]
}

/** Stays until the person leaves, and gives the exit code. */
export async function runScreen(first: FirstScreen, options: ScreenOptions): Promise<number> {
  const { ended } = first
  let shell: Shell | null = null
  let link: Link | null = null
  const speak = hush()
  const astray = (error: unknown): void => {
    // Nothing of it was begun: what is loaded goes on, and can be left in order.
    if (!isReplaced(error)) throw error
    ;(shell as Shell | null)?.toast('bad', UPDATED)
  }
  process.on('unhandledRejection', astray)
  try {
    void open(first, options)
      .then(async made => {
        shell = made
        // What was typed ahead may wait for the way to the API.
        const typed = first.give(made)
        const opened = options.connect().then(found => {
          link = found
          return made.begin(found, typed)
        })
        await Promise.all([typed, opened])
      })
      .catch(error => ended.reject(error))
    const code = await ended.promise
    if (shell) await options.keep((shell as Shell).keep())
    return code
  } finally {
    ;(shell as Shell | null)?.stop()
    first.open.close()
    process.off('unhandledRejection', astray)
    speak()
    await (link as Link | null)?.close()
  }
}

/** Libraries print what goes wrong in them; the screen is no place for that. Gives how they may again. */
function hush(): () => void {
  const { log, info, warn, error } = console
  const nothing = () => undefined
  Object.assign(console, { log: nothing, info: nothing, warn: nothing, error: nothing })
  return () => void Object.assign(console, { log, info, warn, error })
}

async function open(
  { capabilities, open: screen, ended }: FirstScreen,
  options: ScreenOptions,
): Promise<Shell> {
  const { version, kept, daemon, demo } = options
  const { loadInk } = await import('../terminal/load-ink.ts')
  // Ink first, for it is loaded in an environment of its own; the rest while its layout engine compiles.
  const [{ render }, { Shell }, { rootOf }, { panes }, settings] = await Promise.all([
    loadInk(),
    import('./shell.ts'),
    import('./root.tsx'),
    import('../panes/index.ts'),
    options.settings(),
  ])
  const { terminal, compositor, field } = screen
  const host: Host = {
    unicode: capabilities.unicode && !settings.ascii,
    settings,
    readSettings: options.settings,
    version,
    ssh: options.ssh,
    tmuxSocket: options.tmuxSocket,
    ithaca: options.ithaca,
    kept,
    unsaved: options.unsaved,
    field: stroke => field.give(stroke),
    now: () => performance.now(),
    repaint: () => compositor?.repaint(),
    suspend: () => terminal.suspend(),
    ...(compositor ? { mouse: (on: boolean) => terminal.set('mouse', on) } : {}),
    copy(text) {
      const write = (sequence: string) =>
        compositor ? compositor.send(sequence) : terminal.write(sequence, () => {})
      return copyTo(text, capabilities.multiplexer, write, process.env)
    },
    get shape() {
      const { columns, rows } = terminal.screen
      return { cols: columns, rows, term: process.env.TERM || 'xterm-256color' }
    },
    async attach(far) {
      const { relay } = await import('../terminal/relay.ts')
      return relay(terminal, far)
    },
    async plain(rows) {
      const pressed = Promise.withResolvers<void>()
      await terminal.lend(
        async () => {
          process.stdout.write(`${rows.join('\r\n')}\r\n-- any key goes back --`)
          await pressed.promise
          process.stdout.write('\r\n')
        },
        { relay: () => pressed.resolve() },
      )
    },
    async page(text) {
      const { pageThrough } = await import('./outside.ts')
      await terminal.lend(() => pageThrough(text, process.env))
    },
    async edit(text, extension) {
      const [{ editThrough }, { editingIn }] = await Promise.all([
        import('./outside.ts'),
        import('./unsaved.ts'),
      ])
      const within = editingIn(options.unsaved)
      return terminal.lend(() => editThrough(text, extension, process.env, within))
    },
    opener: openerOf(settings.open, process.env, process.platform),
    quit: () => ended.resolve(0),
    ...(daemon ? { daemon } : {}),
    ...(demo
      ? {
          async demo() {
            const { runHere } = await import('./outside.ts')
            await terminal.lend(() => runHere(demo))
          },
        }
      : {}),
  }
  const shell = new Shell(host, terminal.screen, panes)
  const mounted = await screen.mount(render, rootOf(shell, compositor))
  // Keys are answered from here on: that frame is not held up by what the workspace takes to open.
  await mounted.waitUntilRenderFlush()
  await compositor?.settled()
  return shell
}
