import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScreenOptions } from '../views/shell/open.ts'
import { capabilities } from '../views/terminal/capabilities.ts'
import type { Paths } from './workspace/paths.ts'

/** A screen was asked for: by no words at all on a terminal, or by name. */
export interface Asked {
  remote: string | null
  once: boolean
}

interface Here {
  paths: Paths
  version: string
  script: string
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
  const once = words.length === 1 && words[0] === '--once'
  if (words.length > 0 && !once) return null
  if (!once && !(process.stdin.isTTY && process.stdout.isTTY)) return null
  return { remote, once }
}

export const runScreenHere = async ({ remote }: Asked, here: Here): Promise<number> => {
  const { paths, version } = here
  const seen = capabilities(process.env, {
    input: Boolean(process.stdin.isTTY),
    output: Boolean(process.stdout.isTTY),
  })
  const { runScreen } = await import('../views/shell/open.ts')
  const file = join(paths.state, 'screen.json')
  const options: ScreenOptions = {
    capabilities: seen,
    version,
    ssh: ['ssh'],
    tmuxSocket: paths.tmuxSocket,
    kept: readIfThere(file),
    async keep(text) {
      const { mkdirSync, writeFileSync } = await import('node:fs')
      mkdirSync(paths.state, { recursive: true, mode: 0o700 })
      writeFileSync(file, text, { mode: 0o600 })
    },
    async settings() {
      const { readConfig } = await import('./workspace/config.ts')
      const { screen } = readConfig(paths.configFile)
      return {
        readOnly: screen.read_only,
        ascii: screen.ascii,
        theme: screen.theme,
        keys: Object.fromEntries(
          Object.entries(screen.keys).map(([id, keys]) => [id, typeof keys === 'string' ? [keys] : keys]),
        ),
      }
    },
    async connect() {
      const [{ connectLasting }, { openRemote }] = await Promise.all([
        import('./connect/lasting.ts'),
        import('./door.ts'),
      ])
      const first = remote === null ? undefined : await openRemote(remote, paths)
      const lasting = await connectLasting({ paths, version }, first)
      return {
        carry: lasting.carry,
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
    },
    ...(remote === null
      ? {
          async configure(key: string, value: unknown) {
            const { setConfig } = await import('./workspace/config.ts')
            setConfig(paths.configFile, key, value)
          },
          async daemon() {
            const { detach } = await import('./connect/daemon.ts')
            await detach(here)
          },
        }
      : {}),
  }
  try {
    return await runScreen(options)
  } catch (error) {
    process.stderr.write(`ithaca: ${(error as Error).message}\n`)
    return 1
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
