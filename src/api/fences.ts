import { fenceFor, hostFence } from '../cookbook/fences.ts'
import type { Call } from './call.ts'

/** A token that is fenced to hosts touches nothing elsewhere. */
export const passHostFence = async (call: Call, host: string): Promise<void> => {
  const reason = hostFence(call.actor.fences, call.workspace.cookbook.machines.at(host))
  if (reason) await call.fence(reason)
}

/** A token fenced to its own serves ends nobody else's, nor what it only took into care. */
export const passStopFence = async (call: Call, id: string): Promise<void> => {
  const { actor, workspace } = call
  const { kept } = workspace.cookbook.serves.get(id)
  await passHostFence(call, kept.host)
  if (actor.fences?.stop !== 'own') return
  if (kept.token === actor.token && kept.origin === 'launched') return
  const by = kept.origin === 'adopted' ? 'adopted' : `launched by ${kept.actor ?? 'somebody else'}`
  await call.fence(`fence stop: this token may stop what it launched itself, and ${kept.name} was ${by}`)
}

/** To take something into care is to answer for it as for a launch: the same fences hold. */
export const passAdoptFence = async (
  call: Call,
  asked: { session: string; host: string; port?: number },
): Promise<void> => {
  const { actor, workspace } = call
  if (!actor.fences) return
  const { machines, adoption, launching } = workspace.cookbook
  await passHostFence(call, asked.host)
  const found = await adoption.find(asked)
  if (!found) return
  const reason = fenceFor(actor.fences, {
    hosts: [machines.at(asked.host)],
    server: found,
    live: launching.live(actor),
    now: workspace.now(),
  })
  if (reason) await call.fence(reason)
}
