import { Command, CommanderError } from 'commander'
import type { Client } from '../client/client.ts'
import { Problem } from '../contract/problem.ts'
import type { Route } from '../contract/route.ts'
import { addVerbs, type Surroundings } from './derive.ts'
import { EXIT, exitFor } from './exit.ts'
import { describeNouns } from './nouns.ts'
import { withVerb } from './words.ts'

export interface Door {
  client: Client
  url: string
  close(): Promise<void>
}

/** What every command gets: the API, and the way to speak. */
export type Around = Surroundings & {
  door(): Promise<Door>
  write(bytes: Uint8Array): void
  stdout: NodeJS.WriteStream
}

export interface ProgramOptions {
  version: string
  argv: readonly string[]
  /** How to reach the API; asked for once, and only by a command that needs it. */
  open(how: { remote?: string }): Promise<Door>
  groups: Record<string, Record<string, Route>>
  /** Commands that are more than a call: daemon, config, doctor … */
  extend(program: Command, around: Around): void
  stdout: NodeJS.WriteStream
  stderr: NodeJS.WriteStream
  stdin: NodeJS.ReadStream
}

/** Runs one command line and gives its exit code. Everything that goes wrong is one sentence on standard error. */
export const runProgram = async (options: ProgramOptions): Promise<number> => {
  const { stdout, stderr } = options
  const program = new Command('ithaca')
  // Whoever read along may leave (`| head`): then there is nothing more to say. Only what is to stay stays.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    if (options.argv[0] !== 'up') process.exit(EXIT.ok)
  })
  let opened: Promise<Door> | null = null
  const door = (): Promise<Door> => (opened ??= options.open({ remote: program.opts().remote }))
  const around: Around = {
    door,
    write: bytes => void stdout.write(bytes),
    client: async () => (await door()).client,
    print: text => void stdout.write(text.endsWith('\n') ? text : `${text}\n`),
    json: () => program.opts().json === true,
    stdin: options.stdin,
    stdout,
    columns: () => stdout.columns || 120,
  }
  program
    .version(options.version, '--version')
    .description('A terminal control center for model servers, and for the agents beside you.')
    .option('--json', 'print what the API answered')
    .option('--remote <address>', "another machine's workspace: a URL (with ITHACA_TOKEN), or ssh://host")
    .option('--demo', 'in a workspace to play with: pretended engines, no GPU, no network')
    .addHelpText(
      'after',
      '\nWithout a command: the screen. --once [pane] prints one frame of it, --read-only opens it to look only.',
    )
    .enablePositionalOptions(false)
    .exitOverride()
    .configureOutput({ writeOut: text => void stdout.write(text), writeErr: text => void stderr.write(text) })
  for (const [noun, routes] of verbsWanted(options)) addVerbs(program, noun, routes, around)
  options.extend(program, around)
  describeNouns(program)
  overrideExits(program)
  const verbsOf = (noun: string): string[] | null =>
    program.commands
      .find(command => command.name() === noun)
      ?.commands.flatMap(verb => [verb.name(), ...verb.aliases()]) ?? null
  try {
    await program.parseAsync(withVerb(options.argv, verbsOf), { from: 'user' })
    return Number(process.exitCode ?? EXIT.ok)
  } catch (error) {
    if (error instanceof CommanderError) {
      const noun = options.argv.find(word => !word.startsWith('-')) ?? ''
      if (error.code === 'commander.unknownCommand' && !error.message.includes('Did you mean'))
        stderr.write(`'ithaca ${verbsOf(noun) ? `${noun} ` : ''}--help' shows what there is.\n`)
      return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    }
    if (error instanceof Problem) {
      if (around.json())
        stdout.write(
          `${JSON.stringify({ error: { code: error.code, message: error.message, details: error.details } })}\n`,
        )
      // On one terminal it would be said twice.
      if (!(around.json() && stdout.isTTY && stderr.isTTY)) stderr.write(`ithaca: ${error.message}\n`)
      return exitFor(error)
    }
    stderr.write(`ithaca: ${(error as Error).message}\n`)
    return EXIT.failed
  } finally {
    if (opened) await (opened as Promise<Door>).then(found => found.close()).catch(() => undefined)
  }
}

/** Making all the verbs takes longer than most of them do: only those of the noun that is asked for, where one is. */
const verbsWanted = ({ argv, groups }: ProgramOptions): [string, Route[]][] => {
  const nouns = new Map<string, Route[]>()
  for (const route of Object.values(groups).flatMap(group => Object.values(group))) {
    const [noun] = route.id.split('.') as [string]
    nouns.set(noun, [...(nouns.get(noun) ?? []), route])
  }
  const [first = ''] = argv
  if (first === 'up') return []
  const asked = nouns.get(first)
  return asked ? [[first, asked]] : [...nouns]
}

const overrideExits = (command: Command): void => {
  for (const child of command.commands) {
    child.exitOverride()
    // `--json` may stand anywhere, so every verb knows it.
    if (child.commands.length === 0 && !child.options.some(option => option.long === '--json'))
      child
        .option('--json', 'print what the API answered')
        .on('option:json', () => void rootOf(child).setOptionValue('json', true))
    overrideExits(child)
  }
}

const rootOf = (command: Command): Command => (command.parent ? rootOf(command.parent) : command)
