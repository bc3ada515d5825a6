import { Readable } from 'node:stream'
import type { FirstScreen } from '../views/shell/first-screen.ts'
import type { Capabilities } from '../views/terminal/capabilities.ts'
import { asked } from './asked.ts'
import type { Machine } from './cli/extend.ts'
import type { Door, ProgramOptions } from './cli/program.ts'
import { Problem } from './contract/problem.ts'
import type { Demo } from './demo.ts'
import { runScreenHere } from './screen.ts'
import { findPaths, type Paths } from './workspace/paths.ts'

/** What the door has from whoever opened it. */
export interface Program {
  version: string
  script: string
  /** Takes the terminal for a screen, unless that was done already. */
  screen(terminal: Capabilities): FirstScreen
}

/** From the words on the command line to the door that serves them. */
export const run = async (given: readonly string[], program: Program): Promise<number> => {
  const at = given.indexOf('--demo')
  const end = given.indexOf('--')
  const asksOnly = given.some(word => word === '--help' || word === '-h')
  if (at < 0 || (end >= 0 && at > end) || asksOnly) return runHere(given, program)
  const argv = given.toSpliced(at, 1)
  const { enterDemo } = await import('./demo.ts')
  const how = { start: argv[0] !== 'down', screen: asked(argv) !== null }
  const demo = await enterDemo(program.version, how).catch((error: Error) => error)
  if (demo instanceof Error) {
    process.stderr.write(`ithaca: The demo could not be started: ${demo.message}\n`)
    return 1
  }
  try {
    return await runHere(argv, program, demo)
  } finally {
    await demo.opened?.close()
    const [first] = argv
    const stays = first !== undefined && !['up', 'down'].includes(first)
    if (stays && demo.fresh) process.stderr.write('The demo goes on. It ends with: ithaca --demo down\n')
    if (!stays && (await demo.leave()) && first !== 'up') process.stderr.write('The demo has ended.\n')
  }
}

const runHere = async (argv: readonly string[], program: Program, demo?: Demo): Promise<number> => {
  const { version, script } = program
  const paths = findPaths()
  const { stdout, stderr, stdin } = process
  const screen = asked(argv)
  if (screen)
    return runScreenHere(screen, {
      ...{ ...program, paths },
      inDemo: demo !== undefined,
      opened: demo?.opened ?? null,
      async command(words, door, output, readOnly) {
        const said = Object.assign(Object.create(output), { on: () => undefined }) as NodeJS.WriteStream
        // What would be read from standard input is the next line here.
        const nothing = Object.assign(Readable.from([]), { isTTY: true }) as unknown as NodeJS.ReadStream
        const streams = { stdout: said, stderr: said, stdin: nothing }
        await runCommand(words, { paths, version, script, readOnly }, async () => door, streams)
        process.exitCode = 0
      },
    })
  const open = async ({ remote }: { remote?: string }): Promise<Door> => {
    const [{ connect }, { openRemote }, { createClient }] = await Promise.all([
      import('./connect/connect.ts'),
      import('./connect/remote.ts'),
      import('./client/client.ts'),
    ])
    const connection = remote ? await openRemote(remote, paths) : await connect({ paths, version })
    return {
      client: createClient(connection.carry, connection.join),
      url: connection.url,
      close: () => connection.close(),
    }
  }
  const words = argv.length === 0 ? ['status'] : argv
  return runCommand(words, { paths, version, script }, open, { stdout, stderr, stdin })
}

/** One command line, through whatever door is opened for it. */
const runCommand = async (
  argv: readonly string[],
  here: { paths: Paths; version: string; script: string; readOnly?: boolean },
  open: ProgramOptions['open'],
  streams: Pick<ProgramOptions, 'stdout' | 'stderr' | 'stdin'>,
): Promise<number> => {
  const [{ runProgram }, { groups }, { extend }] = await Promise.all([
    import('./cli/program.ts'),
    import('./contract/all.ts'),
    import('./cli/extend.ts'),
  ])
  return runProgram({
    version: here.version,
    argv,
    groups,
    extend: extend(machine(here)),
    open,
    ...streams,
  })
}

const machine = ({ paths, version, script, readOnly }: Parameters<typeof runCommand>[1]): Machine => ({
  self: [process.execPath, script],
  async *doctor() {
    yield* (await import('./connect/doctor.ts')).examine(paths)
  },
  async examine(log, columns) {
    const { examine } = await import('./examine.ts')
    return examine(log, columns)
  },
  settings: {
    path: async () => paths.configFile,
    async read() {
      return (await import('./workspace/config.ts')).readConfig(paths.configFile)
    },
    async has(key) {
      return (await import('./workspace/config.ts')).isSetting(key)
    },
    async set(key, value) {
      if (readOnly) throw new Problem('denied', 'These lines only read.')
      return (await import('./workspace/config.ts')).setConfig(paths.configFile, key, value)
    },
    async waitsFor(key) {
      const effect = (await import('./workspace/config.ts')).effectOf(key)
      if (effect === 'now') return null
      return (await (await import('./connect/daemon.ts')).currentOwner(paths)) === null ? null : effect
    },
  },
  daemon: {
    async stay(how) {
      const { runDaemon } = await import('./connect/daemon.ts')
      const inside = await runDaemon({ paths, version, ...how })
      if (inside.workspace.wide)
        process.stderr.write(`ithaca: warning: bound beyond this machine; bearer tokens travel in clear.\n`)
      const ended = new Promise<void>((resolve, reject) => {
        const end = (): void => {
          inside.close().then(resolve, reject)
        }
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end)
      })
      return { url: inside.workspace.url, ended }
    },
    async detach(how) {
      const { detach } = await import('./connect/daemon.ts')
      return detach({ paths, version, script, ...how })
    },
    async end() {
      const { endOwner } = await import('./connect/daemon.ts')
      return endOwner(paths)
    },
  },
})
