import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import type { FirstScreen } from '../views/shell/first-screen.ts'
import type { ScreenSettings } from '../views/shell/host.ts'
import type { ScreenOptions } from '../views/shell/open.ts'
import type { Link } from '../views/store/live.ts'
import type { Capabilities } from '../views/terminal/capabilities.ts'
import { type Asked, takesTerminal } from './asked.ts'
import type { Door } from './cli/program.ts'
import { keepCompiled } from './compiled.ts'
import type { Connection } from './connect/connect.ts'
import { Problem } from './contract/problem.ts'
import { keepHeapLean } from './lean-heap.ts'
import type { Paths } from './workspace/paths.ts'

interface Here {
  paths: Paths
  version: string
  script: string
  /** Takes the terminal, unless that was done already. */
  screen(terminal: Capabilities): FirstScreen
  inDemo: boolean
  /** A workspace that is open already. */
  opened: Connection | null
  /** Runs words of the command line through a door that is open. */
  command(words: readonly string[], door: Door, output: Writable, readOnly: boolean): Promise<void>
}

export const runScreenHere = async (asked: Asked, here: Here): Promise<number> => {
  const { remote, readOnly } = asked
  const { paths, version } = here
  const file = join(paths.state, 'screen.json')
  keepHeapLean()
  keepCompiled(true)
  if (!takesTerminal(asked)) return said(() => spoken(asked, here, readIfThere(file)))
  const first = here.screen(asked.terminal)
  const [{ runScreen }, { unsavedWords }] = await Promise.all([
    import('../views/shell/open.ts'),
    import('../views/shell/unsaved.ts'),
  ])
  const unsaved = join(paths.state, 'unsaved')
  const ithaca = calledAs(remote, here.inDemo)
  let farewell = ''
  const options: ScreenOptions = {
    version,
    ssh: ['ssh'],
    tmuxSocket: paths.tmuxSocket,
    ithaca,
    // Who looks at the demo was led there.
    kept: readIfThere(file) ?? (here.inDemo ? '{}' : null),
    async keep(text) {
      const { mkdirSync, writeFileSync } = await import('node:fs')
      mkdirSync(paths.state, { recursive: true, mode: 0o700 })
      writeFileSync(file, text, { mode: 0o600 })
    },
    unsaved,
    settings: () => screenSettings(paths, readOnly),
    connect: () => connectScreen(remote, here),
    ...(here.inDemo ? {} : { demo: [process.execPath, here.script, '--demo'] }),
    // The demo ends with its screen, so that nothing of it is left behind.
    ...(remote === null && !here.inDemo
      ? {
          async daemon() {
            const { detach } = await import('./connect/daemon.ts')
            const { url } = await detach(here)
            farewell = `Ithaca goes on at ${url}.\n'ithaca' opens the screen again, 'ithaca down' ends it.\n`
          },
        }
      : {}),
  }
  const code = await said(() => runScreen(first, options))
  process.stdout.write(farewell + unsavedWords(unsaved, ithaca))
  return code
}

/** What a person types to reach the workspace this screen shows. */
const calledAs = (remote: string | null, inDemo: boolean): string => {
  if (inDemo) return 'ithaca --demo'
  return remote === null
    ? 'ithaca'
    : `ithaca --remote ${/^[\w@%+=:,./-]+$/.test(remote) ? remote : `'${remote.replaceAll("'", "'\\''")}'`}`
}

const said = async (run: () => Promise<number>): Promise<number> => {
  try {
    return await run()
  } catch (error) {
    process.stderr.write(`ithaca: ${(error as Error).message}\n`)
    const { exitFor } = await import('./cli/exit.ts')
    return error instanceof Problem ? exitFor(error) : 1
  }
}

/** Without a screen of its own: one frame as text, or a line at a time. */
const spoken = async (
  { remote, once, pane, readOnly, terminal: { depth, unicode } }: Asked,
  here: Here,
  kept: string | null,
): Promise<number> => {
  const link = await connectScreen(remote, here)
  try {
    if (!once) {
      const settings = await screenSettings(here.paths, readOnly)
      return await inLines(link, { remote, readOnly: settings.readOnly }, here)
    }
    const { drawOnce } = await import('../views/shell/once.ts')
    const { isTTY } = process.stdout
    // A terminal nobody gave a size to has no rows at all.
    const [columns, rows] = [process.stdout.columns || 80, process.stdout.rows || 24]
    const { frame, lost } = await drawOnce(link, {
      pane,
      // The prompt that follows takes a row of its own.
      size: { columns, rows: isTTY ? rows - 1 : rows },
      colours: Boolean(isTTY) && depth !== 'mono',
      unicode,
      version: here.version,
      settings: await screenSettings(here.paths, readOnly),
      kept,
    })
    process.stdout.write(frame)
    if (lost !== null) throw new Problem('unavailable', lost, { unreachable: true })
    return 0
  } finally {
    await link.close()
  }
}

/** A line at a time, and every command there is in one of them. */
const inLines = async (
  link: Link,
  { remote, readOnly }: Pick<Asked, 'remote' | 'readOnly'>,
  here: Here,
): Promise<number> => {
  const [{ runLines }, { createClient }] = await Promise.all([
    import('../views/lines/lines.ts'),
    import('./client/client.ts'),
  ])
  const carry: Link['carry'] = async request => {
    if (readOnly && request.method !== 'GET') throw new Problem('denied', 'These lines only read.')
    return link.carry(request)
  }
  const join: Link['join'] = () =>
    Promise.reject(new Problem('invalid', 'This needs a terminal that moves its cursor: these are lines.'))
  const door = { client: createClient(carry, join), url: link.url, close: async () => {} }
  // What is about this machine is not said of another one.
  const there = remote === null ? [] : ['--remote', remote]
  return runLines(link, process.stdin, process.stdout, readOnly, (words, output) =>
    here.command([...there, ...words], door, output, readOnly),
  )
}

const connectScreen = async (remote: string | null, { paths, version, opened }: Here): Promise<Link> => {
  const [{ connectLasting }, { openRemote }] = await Promise.all([
    import('./connect/lasting.ts'),
    import('./connect/remote.ts'),
  ])
  const first = remote === null ? opened : await openRemote(remote, paths)
  const lasting = await connectLasting({ paths, version }, first ?? undefined)
  return {
    carry: lasting.carry,
    join: lasting.join,
    get mode() {
      return lasting.current.mode
    },
    get url() {
      return lasting.current.url
    },
    get lost() {
      return lasting.lost
    },
    onChange: lasting.onChange,
    close: lasting.close,
  }
}

const screenSettings = async (paths: Paths, readOnly: boolean): Promise<ScreenSettings> => {
  const { readConfig } = await import('./workspace/config.ts')
  const { screen } = readConfig(paths.configFile)
  return {
    readOnly: readOnly || screen.read_only,
    ascii: screen.ascii,
    mouse: screen.mouse,
    theme: screen.theme,
    ...(screen.open === undefined ? {} : { open: screen.open }),
    keys: Object.fromEntries(
      Object.entries(screen.keys).map(([id, keys]) => [id, typeof keys === 'string' ? [keys] : keys]),
    ),
  }
}

const readIfThere = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The first start, or a file that cannot be read: nothing is remembered.
    return null
  }
}
