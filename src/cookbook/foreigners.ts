import type { KeptServe } from '../../store/serves.ts'
import type { GpuProcess } from '../gpus/reading.ts'
import { redactText } from './command/redact.ts'
import { type Recognised, recognise } from './recognise.ts'
import { above, type FoundProcess, type Swept } from './sweep.ts'

/** What holds a GPU without being ours, its workers counted as one with the server they belong to. */
export interface Stranger {
  process: FoundProcess
  what: Recognised | null
  container: string | null
  user: string | null
  vram: number | null
  members: readonly GpuProcess[]
  shown: Pick<KeptServe, 'kind' | 'name' | 'engine' | 'model' | 'shown' | 'gpus' | 'operator'>
}

/** One for each container, and one for each outermost model process, or process that is none. */
export const strangersOf = (swept: Swept, holders: readonly GpuProcess[]): Stranger[] => {
  const groups = new Map<string, { process: FoundProcess; what: Recognised | null; members: GpuProcess[] }>()
  for (const holder of holders) {
    const chain = above(swept, holder.pid)
    const own = chain[0]
    if (!own || own.started !== holder.started) continue
    const known = chain
      .map(process => ({ process, what: recognise(process.argv, process.variables) }))
      .filter(one => one.what?.kind === 'serve')
    const { process, what } = known.at(-1) ?? { process: own, what: null }
    const key = holder.place.container ?? String(process.pid)
    const group = groups.get(key) ?? { process, what, members: [] }
    group.members.push(holder)
    groups.set(key, group)
  }
  return [...groups.values()].map(described)
}

const described = (group: {
  process: FoundProcess
  what: Recognised | null
  members: GpuProcess[]
}): Stranger => {
  const { process, what, members } = group
  const first = members[0]!
  const { container, unit } = first.place
  const known = members.filter(one => one.usedMiB !== null)
  const program = process.argv[0]?.split('/').at(-1) || first.name.split('/').at(-1) || 'process'
  return {
    process,
    what,
    container,
    user: first.user,
    members,
    vram: known.length === 0 ? null : known.reduce((sum, one) => sum + one.usedMiB!, 0),
    shown: {
      kind: container ? 'container' : 'process',
      name: what?.name ?? (container ? `${program}-${container}` : unit ? unit : `${program}-${process.pid}`),
      engine: what?.engine ?? null,
      model: what?.model ?? null,
      shown: what?.shown ?? redactText(process.argv.join(' ') || (first.command ?? first.name)),
      gpus: [...new Set(members.map(one => one.gpu).filter(gpu => gpu !== null))].sort((a, b) => a - b),
      operator: first.user,
    },
  }
}
