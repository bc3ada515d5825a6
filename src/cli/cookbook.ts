import type { Command } from 'commander'
import { capabilities } from '../contract/codex/capabilities.ts'
import { cookbook } from '../contract/cookbook.ts'
import { hosts } from '../contract/hosts.ts'
import { models } from '../contract/models.ts'
import { presets } from '../contract/presets.ts'
import { Problem } from '../contract/problem.ts'
import type { Input } from '../contract/route.ts'
import type { Serve } from '../contract/serve.ts'
import { addVerb, show } from './derive.ts'
import { EXIT } from './exit.ts'
import type { Around } from './program.ts'
import { attemptsMarkdown } from './shown.ts'
import { clean } from './table.ts'
import { whyLines } from './why.ts'
import { group } from './workspace.ts'

/** The verbs of the Cookbook that are more than one call, and the other nouns' under the names people look for here. */
export const addCookbook = (program: Command, around: Around): void => {
  addVerb(program.command('capabilities'), capabilities, around)
  const verbs = group(program, 'cookbook')
  addVerb(verbs.command('servers'), hosts.list, around)
  addVerb(verbs.command('presets'), presets.list, around)
  addVerb(verbs.command('preset'), presets.launch, around)
  addVerb(verbs.command('cached').alias('models'), models.list, around)
  addVerb(verbs.command('download'), models.download, around)
  addLogs(verbs, around)
  addWait(verbs, around)
  addWhy(verbs, around)
  addAttempts(verbs, around)
}

const addLogs = (verbs: Command, around: Around): void => {
  verbs
    .command('logs <id>')
    .description('Its log: the last lines, or all that comes with -f')
    .option('-f, --follow', 'goes on until it ends')
    .option('-n, --tail <lines>', 'how many of the last lines', '100')
    .option('--attempt <number>', 'of an earlier start by its restart rule')
    .option('--raw', 'with colours and every frame of the progress bars')
    .action(
      async (id: string, options: { follow?: boolean; tail: string; attempt?: string; raw?: boolean }) => {
        const client = await around.client()
        if (!options.follow) {
          const { output } = await client.call(cookbook.output, {
            id,
            tail: options.tail,
            attempt: options.attempt,
            raw: options.raw ?? false,
          })
          around.print(options.raw ? output : clean(output, true, ''))
          return
        }
        const response = await client.stream(cookbook.follow, { id, tail: options.tail })
        if (options.raw) for await (const bytes of response.body ?? []) around.write(bytes as Uint8Array)
        else for await (const line of linesOf(response)) around.print(line)
      },
    )
}

/** Whole lines, the last state of each progress bar, nothing that orders a terminal about. */
async function* linesOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  const plain = (line: string): string => clean(line.replace(/\r$/, '').split('\r').at(-1)!)
  for await (const bytes of response.body ?? []) {
    const lines = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) yield plain(line)
  }
  if (rest !== '') yield plain(rest)
}

const addWait = (verbs: Command, around: Around): void => {
  verbs
    .command('wait <id>')
    .description('Waits until it is ready (exit code 0), has died (1), or time is up (6)')
    .option('--for <goal>', 'ready or ended', 'ready')
    .option('--timeout <seconds>', 'how long to wait', '600')
    .action(async (id: string, options: { for: 'ready' | 'ended'; timeout: string }) => {
      const client = await around.client()
      const seconds = Number(options.timeout)
      if (!(seconds >= 0)) throw new Problem('invalid', `'${options.timeout}' is not a number of seconds.`)
      const end = Date.now() + seconds * 1000
      for (;;) {
        const left = Math.max(0, end - Date.now())
        const input = { id, for: options.for, timeout: Math.ceil(Math.min(60_000, left) / 1000) }
        const answer = await client.call(cookbook.wait, input)
        const over = answer.reached || answer.serve.ended_at !== null
        if (!over && left > 0) continue
        if (around.json()) around.print(JSON.stringify(answer, null, 2))
        else around.print(waited(answer, options.for))
        process.exitCode = answer.reached ? EXIT.ok : over ? EXIT.failed : EXIT.timeout
        return
      }
    })
}

const waited = (
  answer: { reached: boolean; serve: Serve; tail: string },
  goal: 'ready' | 'ended',
): string => {
  const { serve } = answer
  if (answer.reached && goal === 'ready')
    return `${serve.name} is ready${serve.port === null ? '' : ` on port ${serve.port}`}.`
  const doing = serve.phase ? ` (${serve.phase}${serve.percent === null ? '' : ` ${serve.percent}%`})` : ''
  const cause = serve.cause ? `, of ${serve.cause}` : ''
  const tail = answer.reached ? '' : `${clean(answer.tail, true, '')}\n`
  return `${tail}${serve.name} is ${serve.state}${doing}${cause}.`
}

const addWhy = (verbs: Command, around: Around): void => {
  verbs
    .command('why [id]')
    .description('Why it died; without an id, the latest death')
    .action(async (id: string | undefined) => {
      const client = await around.client()
      const answer = await client.call(cookbook.why, { id: id ?? (await latestDeath(around)).id })
      if (around.json()) around.print(JSON.stringify(answer, null, 2))
      else around.print(whyLines(answer.serve, answer.diagnosis, around.columns()).join('\n'))
    })
}

const latestDeath = async (around: Around): Promise<Serve> => {
  const client = await around.client()
  const { items } = await client.call(cookbook.tasks, { state: 'ended', latest: false })
  const dead = items
    .filter(serve => serve.state === 'crashed' || serve.state === 'lost')
    .sort((a, b) => (b.ended_at ?? 0) - (a.ended_at ?? 0))
  if (dead[0]) return dead[0]
  throw new Problem('not_found', 'Nothing has died. To ask about one that lives, name it.')
}

const addAttempts = (verbs: Command, around: Around): void => {
  verbs
    .command('attempts <id>')
    .description('What was tried in its lineage, the difference, how it ended, how it ran')
    .option('--sort <by>', 'attempt, tps, ttft, ready or kv', 'attempt')
    .option('--md', 'as a Markdown table')
    .action(async (id: string, options: { sort: string; md?: boolean }) => {
      const client = await around.client()
      const input = { id, sort: options.sort } as Input<typeof cookbook.attempts>
      const answer = await client.call(cookbook.attempts, input)
      if (options.md && !around.json()) around.print(attemptsMarkdown(answer.items))
      else await show(cookbook.attempts, answer, around)
    })
}
