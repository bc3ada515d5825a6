import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { type Client, createClient } from '../../src/client/client.ts'
import { type Approval, access } from '../../src/contract/access.ts'
import { capabilities } from '../../src/contract/codex/capabilities.ts'
import { cookbook } from '../../src/contract/cookbook.ts'
import { events } from '../../src/contract/events.ts'
import type { Serve } from '../../src/contract/serve.ts'
import { todos } from '../../src/contract/todos.ts'
import { approvalRows } from '../panes/approvals/rows.ts'
import { causeRows } from '../panes/cookbook/cause.ts'
import { serveRows } from '../panes/cookbook/details.ts'
import { isLive } from '../panes/cookbook/kitchen.ts'
import { signOf, stateWords } from '../panes/cookbook/rows.ts'
import { stopQuestion } from '../panes/cookbook/stop.ts'
import { foundWords } from '../panes/understood.ts'
import type { Link } from '../store/live.ts'
import { sanitiseLine, sanitiseText, withoutColours } from '../terminal/sanitise.ts'

const help = `list            what runs, with a number for each
log N           the end of its log
why N           what it died of, and what would help
detail N        everything known of it
stop N          stops it, after a question
asks            what agents ask; allow N, deny N answer
add WORDS       a todo: add tomorrow 5pm call the dentist
undo            takes back the last change
todos list      or any other command there is: mail list, documents read ID;
                todos --help says how, commands lists them
quit            leaves; what runs on the hosts runs on`

/** Runs words of the command line on the workspace of these lines. */
export type Command = (words: readonly string[], output: Writable) => Promise<void>

/** What a person may have meant to hold together. */
const wordOf = /"((?:[^"\\]|\\.)*)"|'([^']*)'|(\S+)/g

export const wordsOf = (line: string): string[] =>
  [...line.matchAll(wordOf)].map(
    ([, double, single, bare]) => double?.replace(/\\(.)/g, '$1') ?? single ?? bare!,
  )

/** Ithaca in lines, for terminals that cannot move a cursor and for programs that read: a question, an answer. */
export async function runLines(
  link: Link,
  input: Readable,
  output: Writable,
  readOnly = false,
  command?: Command,
): Promise<number> {
  const run = command && ((words: readonly string[]) => command(words, output))
  const lines = new Lines(createClient(link.carry), readOnly, run, text =>
    output.write(
      `${text
        .split('\n')
        .map(row => withoutColours(row).trimEnd())
        .join('\n')}\n`,
    ),
  )
  const reader = createInterface({ input, terminal: false })
  lines.say(`Ithaca, in lines. help says what there is. API: ${link.url || 'here'}`)
  await lines.tell('list')
  for await (const line of reader) if (!(await lines.tell(line))) break
  reader.close()
  return 0
}

/** They take the terminal, or open and close what these lines stand on. */
const elsewhere = new Set(['attach', 'up', 'down', '--demo', '--once'])
const writes = new Set(['stop', 'allow', 'deny', 'add', 'undo'])

class Lines {
  readonly say: (text: string) => void
  readonly #client: Client
  readonly #readOnly: boolean
  readonly #command: ((words: readonly string[]) => Promise<void>) | undefined
  #serves: Serve[] = []
  #asks: Approval[] = []
  /** A question that the next line answers. */
  #pending: ((line: string) => Promise<void>) | null = null

  constructor(
    client: Client,
    readOnly: boolean,
    command: ((words: readonly string[]) => Promise<void>) | undefined,
    say: (text: string) => void,
  ) {
    this.#command = command
    this.#client = client
    this.#readOnly = readOnly
    this.say = say
  }

  /** Does what a line says; false where it ends the program. */
  async tell(line: string): Promise<boolean> {
    const [verb = '', ...rest] = line.trim().split(/\s+/)
    const pending = this.#pending
    this.#pending = null
    try {
      if (pending) await pending(line.trim())
      else if (['quit', 'q', 'exit'].includes(verb)) return false
      else await this.#do(verb, rest.join(' '), line)
    } catch (error) {
      this.say(`That failed: ${sanitiseText((error as Error).message)}`)
    }
    return true
  }

  async #do(verb: string, rest: string, line: string): Promise<void> {
    if (this.#readOnly && writes.has(verb)) return this.say(`${verb}: these lines only read.`)
    switch (verb) {
      case '':
      case 'list':
        return this.#list()
      case 'log':
        return this.#log(this.#serve(rest))
      case 'why':
        return this.#why(this.#serve(rest))
      case 'detail':
        return this.say(serveRows(this.#serve(rest), 78, Date.now()).join('\n'))
      case 'stop':
        return this.#stop(this.#serve(rest))
      case 'asks':
        return this.#listAsks()
      case 'allow':
      case 'deny':
        return this.#decide(rest, verb === 'allow')
      case 'add':
        return this.#add(rest)
      case 'undo':
        return this.#undo()
      case 'help':
        return this.say(help)
      case 'commands':
        return this.#further(['--help'])
      default:
        return this.#further(wordsOf(line))
    }
  }

  /** What these lines have no short word for. */
  async #further(words: readonly string[]): Promise<void> {
    if (!this.#command || elsewhere.has(words[0] ?? ''))
      return this.say(`'${sanitiseText(words[0] ?? '')}' is not known here.\n${help}`)
    await this.#command(words)
  }

  async #undo(): Promise<void> {
    const { undone } = await this.#client.call(events.undo, { last: 'any' })
    this.say(`Undone: ${sanitiseText(undone.summary)}`)
  }

  async #list(): Promise<void> {
    this.#serves = (await this.#client.call(cookbook.tasks, {})).items
    this.say(
      this.#serves.length === 0
        ? 'Nothing runs.'
        : this.#serves
            .map((serve, i) => {
              const { sign } = signOf(serve)
              return `${String(i + 1).padStart(3)} ${sign} ${sanitiseText(serve.name)} on ${sanitiseText(serve.host_name)}${serve.port ? `:${serve.port}` : ''}  ${stateWords(serve, Date.now())}`
            })
            .join('\n'),
    )
  }

  async #log(serve: Serve): Promise<void> {
    const { output } = await this.#client.call(cookbook.output, { id: serve.id, tail: 40 })
    this.say(output.split('\n').map(sanitiseLine).join('\n'))
  }

  async #why(serve: Serve): Promise<void> {
    const { diagnosis } = await this.#client.call(cookbook.why, { id: serve.id })
    this.say(causeRows(serve, diagnosis, null, 78, -1).join('\n'))
  }

  async #stop(serve: Serve): Promise<void> {
    if (!isLive(serve)) return this.say(`${sanitiseText(serve.name)} does not run.`)
    const { title, facts, mustType } = stopQuestion([serve], Date.now())
    this.say(
      [
        `${title}?`,
        ...facts,
        mustType ? `Type ${mustType} to do it.` : 'yes does it, anything else does not.',
      ].join('\n'),
    )
    this.#pending = async line => {
      if (line !== (mustType ?? 'yes')) return this.say('Nothing was stopped.')
      const { step, left } = await this.#client.call(cookbook.stop, {
        id: serve.id,
        ...(mustType ? { confirm: serve.name } : {}),
      })
      this.say(
        left.length > 0
          ? `Still there: ${left.map(sanitiseText).join(', ')}`
          : `It is ${step === 'running' ? 'being stopped' : 'stopped'}.`,
      )
    }
  }

  async #listAsks(): Promise<void> {
    this.#asks = (await this.#client.call(access.approvals, { state: 'pending' })).items
    this.say(
      this.#asks.length === 0
        ? 'Nobody asks anything.'
        : this.#asks.map((one, i) => `${i + 1}:\n${approvalRows(one, 76).join('\n')}`).join('\n'),
    )
  }

  async #decide(number: string, allow: boolean): Promise<void> {
    const one = this.#asks[Number(number) - 1]
    if (!one) throw new Error('say asks first, then the number of the question.')
    await this.#client.call(access.decide, { id: one.id, allow })
    this.say(`${allow ? 'Allowed' : 'Denied'}: ${sanitiseText(one.reason)}`)
  }

  async #add(title: string): Promise<void> {
    const { timezone } = await this.#client.call(capabilities, {})
    const saved = await this.#client.call(todos.add, { title, quick: true })
    this.say(sanitiseText(`Added '${saved.todo.title}'${foundWords(timezone, saved)}.`))
  }

  #serve(number: string): Serve {
    const serve = this.#serves[Number(number) - 1]
    if (!serve) throw new Error('say list first, then the number of a serve.')
    return serve
  }
}
