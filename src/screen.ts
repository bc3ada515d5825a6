import { readFileSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import type { ScreenSettings } from '../views/shell/host.ts'
import type { ScreenOptions } from '../views/shell/open.ts'
import type { Link } from '../views/store/live.ts'
import { type Capabilities, capabilities } from '../views/terminal/capabilities.ts'
import { keepHeapLean } from './lean-heap.ts'
import type { Paths } from './workspace/paths.ts'

/** A screen was asked for: by no words at all on a terminal, or by name. */
export interface Asked {
  remote: string | null
  once: boolean
  /** Nothing can be changed from it. */
  readOnly: boolean
}

interface Here {
  paths: Paths
  version: string
  script: string
  inDemo: boolean
}

/** Whether these words ask for the screen; null where they ask for something else. */
export const asked = (argv: readonly string[]): Asked | null => {
  const words = [...argv]
  const at = words.findIndex(word => word === '--remote' || word.startsWith('--remote='))
  let remote: string | null = null
  if (at >= 0) {
    const [flag] = words.splice(at, 1) as [string]
    remote = flag.includes('=') ? flag.slice('--remote='.length) : (words.splice(at, 1)[0] ?? '')
  }
  const takes = (flag: string): boolean => {
    const found = words.indexOf(flag)
    if (found >= 0) words.splice(found, 1)
    return found >= 0
  }
  const readOnly = takes('--read-only')
  const once = takes('--once')
  if (words.length > 0) return null
  if (!once && !(process.stdin.isTTY && process.stdout.isTTY)) return null
  return { remote, once, readOnly }
}

export const runScreenHere = async (asked: Asked, here: Here): Promise<number> => {
  const { remote, once, readOnly } = asked
  const { paths, version } = here
  const seen = capabilities(process.env, {
    input: Boolean(process.stdin.isTTY),
    output: Boolean(process.stdout.isTTY),
  })
  const file = join(paths.state, 'screen.json')
  keepHeapLean()
  // What was compiled last time need not be again: half of the way to the first live frame.
  enableCompileCache(join(paths.cache, 'compiled'))
  if (once || seen.view === 'lines') return said(() => spoken(asked, here, seen, readIfThere(file)))
  const { runScreen } = await import('../views/shell/open.ts')
  const options: ScreenOptions = {
    capabilities: seen,
    version,
    ssh: ['ssh'],
    tmuxSocket: paths.tmuxSocket,
    // Who looks at the demo was led there.
    kept: readIfThere(file) ?? (here.inDemo ? '{}' : null),
    async keep(text) {
      const { mkdirSync, writeFileSync } = await import('node:fs')
      mkdirSync(paths.state, { recursive: true, mode: 0o700 })
      writeFileSync(file, text, { mode: 0o600 })
    },
    settings: () => screenSettings(paths, readOnly),
    connect: () => connectScreen(remote, here),
    ...(here.inDemo ? {} : { demo: [process.execPath, here.script, '--demo'] }),
    ...(remote === null
      ? {
          async daemon() {
            const { detach } = await import('./connect/daemon.ts')
            await detach(here)
          },
        }
      : {}),
  }
  return said(() => runScreen(options))
}

const said = async (run: () => Promise<number>): Promise<number> => {
  try {
    return await run()
  } catch (error) {
    process.stderr.write(`ithaca: ${(error as Error).message}\n`)
    return 1
  }
}

/** Without a screen of its own: one frame as text, or a line at a time. */
const spoken = async (
  { remote, once, readOnly }: Asked,
  here: Here,
  { depth, unicode }: Capabilities,
  kept: string | null,
): Promise<number> => {
  const link = await connectScreen(remote, here)
  try {
    if (!once)
      return await (await import('../views/lines/lines.ts')).runLines(
        link,
        process.stdin,
        process.stdout,
        (await screenSettings(here.paths, readOnly)).readOnly,
      )
    const { drawOnce } = await import('../views/shell/once.ts')
    const { columns = 80, rows = 24, isTTY } = process.stdout
    const frame = await drawOnce(link, {
      // The prompt that follows takes a row of its own.
      size: { columns, rows: isTTY ? rows - 1 : rows },
      colours: Boolean(isTTY) && depth !== 'mono',
      unicode,
      version: here.version,
      settings: await screenSettings(here.paths, readOnly),
      kept,
    })
    process.stdout.write(frame)
    return 0
  } finally {
    await link.close()
  }
}

const connectScreen = async (remote: string | null, { paths, version }: Here): Promise<Link> => {
  const [{ connectLasting }, { openRemote }] = await Promise.all([
    import('./connect/lasting.ts'),
    import('./connect/remote.ts'),
  ])
  const first = remote === null ? undefined : await openRemote(remote, paths)
  const lasting = await connectLasting({ paths, version }, first)
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
