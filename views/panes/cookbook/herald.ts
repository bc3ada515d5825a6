import type { Event } from '../../../src/contract/events.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import type { Shell } from '../../shell/shell.ts'
import { Newest } from '../../store/newest.ts'
import type { Level } from '../../widgets/toasts.ts'

const kinds: Readonly<Record<string, { level: Level; verb: string; of: string }>> = {
  'cookbook.crashed': { level: 'bad', verb: 'crashed', of: 'crashed' },
  'cookbook.ready': { level: 'good', verb: 'is ready', of: 'are ready' },
  'cookbook.lost': { level: 'warn', verb: 'is lost', of: 'are lost' },
}
const namedAtOnce = 3
/** What crashes all day without anybody looking is counted up to here. */
const countedAtMost = 500

/** Says once what somebody who looks elsewhere has to know; what happens to many at once is one sentence. */
export class Herald {
  readonly #shell: Shell
  readonly #told = new Map<string, Map<string, Serve>>()
  /** What crashed and nobody has looked at since: the attempt, by its lineage. */
  readonly #unseen = new Newest<string, string>(countedAtMost)

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** How many that crashed are still to be looked at. */
  get unseen(): number {
    const { serves } = this.#shell.world
    return [...this.#unseen.values()].filter(id => serves.get(id)?.state === 'crashed').length
  }

  seen(serve: Serve): void {
    this.#unseen.delete(serve.lineage)
  }

  tell({ action, seq, data }: Event): void {
    if (data === null || typeof data !== 'object' || !('lineage' in data)) return
    const serve = data as Serve
    if (serve.state !== 'crashed') this.#unseen.delete(serve.lineage)
    const kind = kinds[action]
    if (!kind || seq === null) return
    if (kind.verb === 'crashed') this.#unseen.set(serve.lineage, serve.id)
    const isShown = this.#shell.toasts.some(({ topic }) => topic === action)
    const told = (isShown && this.#told.get(action)) || new Newest<string, Serve>(countedAtMost)
    told.set(serve.id, serve)
    this.#told.set(action, told)
    const all = [...told.values()]
    const said = sentence([serve], kind)
    this.#shell.toast(kind.level, sentence(all, kind), { topic: action, said })
  }
}

/** Attempts of one serve are one: it is named, and counted, once. */
export function sentence(attempts: readonly Serve[], { verb, of }: { verb: string; of: string }): string {
  const serves = [...new Map(attempts.map(one => [one.lineage, one])).values()]
  const [first] = serves
  const hosts = new Set(serves.map(({ host_name }) => host_name))
  const where = hosts.size === 1 ? ` on ${first!.host_name}` : ''
  if (serves.length === 1) return `${first!.name} ${verb}${where}.`
  const names = serves.slice(-namedAtOnce).map(({ name }) => name)
  const more = serves.length - names.length
  return `${serves.length} ${of}${where}: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
}
