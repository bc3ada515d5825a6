import type { Gpu, Host } from '../../../src/contract/hosts.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { isLive } from './kitchen.ts'

/** Whose a serve is, in one word. */
export const ownerOf = (serve: Serve): string =>
  serve.mine ? (agentOf(serve) ?? 'me') : sanitiseText(serve.operator ?? '').split('@')[0]!

/** The agent that launched one of the person's own. */
export const agentOf = ({ mine, actor }: Serve): string | undefined =>
  mine && actor && actor !== 'operator' && actor !== 'ithaca' ? sanitiseText(actor) : undefined

/** Less than this on a GPU is its driver's own. */
const idleMib = 1024
export const orphanSign = '!'
const unknownSign = '?'

export interface Owned {
  /** One letter for each GPU: its owner's, `!` for an orphan, `?` where nobody knows; empty where it is free. */
  letters: string[]
  /** Who the letters stand for. */
  owners: { letter: string; name: string }[]
}

/** Who has the GPUs of a host. One with several owners shows the first of them. */
export function ownedGpus(host: Host, serves: readonly Serve[]): Owned {
  const known = new Map<string, string>()
  const letters = host.devices.map(gpu => {
    const name = holderOf(gpu, serves)
    if (name === null) return ''
    if (name === orphanSign || name === unknownSign) return name
    const letter = known.get(name) ?? letterFor(name, [...known.values()])
    known.set(name, letter)
    return letter
  })
  return { letters, owners: [...known].map(([name, letter]) => ({ name, letter })) }
}

function holderOf(gpu: Gpu, serves: readonly Serve[]): string | null {
  if (gpu.processes.some(({ orphan }) => orphan)) return orphanSign
  // What was stopped a moment ago may still hold its memory.
  const serve =
    serves.find(one => isLive(one) && one.gpus.includes(gpu.index)) ??
    serves.find(({ id }) => gpu.processes.some(process => process.serve === id))
  if (serve) return ownerOf(serve) || unknownSign
  const stranger = gpu.processes.find(({ user }) => user !== null)
  if (stranger) return sanitiseText(stranger.user!).split('@')[0]!
  return gpu.processes.length > 0 || (gpu.used_mib ?? 0) > idleMib ? unknownSign : null
}

/** The first letter of a name that nobody has yet, else any. */
function letterFor(name: string, taken: readonly string[]): string {
  const wanted = [...name.toLowerCase(), ...'abcdefghijklmnopqrstuvwxyz0123456789']
  return wanted.find(letter => /[a-z0-9]/.test(letter) && !taken.includes(letter)) ?? unknownSign
}
