import { events } from '../../src/contract/events.ts'
import { Problem } from '../../src/contract/problem.ts'
import type { Shell } from './shell.ts'

/** Takes back the last change of the operator, or all that one key made. */
export async function undo(shell: Shell): Promise<void> {
  const seqs = shell.together.take()
  return seqs.length === 0 ? last(shell) : all(shell, seqs)
}

/** What somebody changed since stays as it is; the others are taken back all the same. */
async function all(shell: Shell, seqs: readonly number[]): Promise<void> {
  const { client, together } = shell
  const reasons: string[] = []
  let known = 0
  for (const [i, seq] of seqs.entries())
    try {
      known = (await client.call(events.undo, { seq })).seq
    } catch (error) {
      if (!isConflict(error)) {
        together.keep(seqs.slice(i), known)
        throw error
      }
      together.refused.add(seq)
      reasons.push(error.message)
    }
  const { length } = seqs
  const done = length - reasons.length
  if (reasons.length === 0) shell.toast('good', `Undone: all ${length} changes of the last key.`)
  else shell.toast('warn', `Undone: ${done} of the last key's ${length} changes. ${reasons.join(' ')}`)
}

async function last(shell: Shell): Promise<void> {
  const { client, together } = shell
  const next = together.refused.size > 0 ? await newest(shell) : undefined
  try {
    const { undone } = await client.call(events.undo, next ? { seq: next } : { last: 'any' })
    shell.toast('good', `Undone: ${undone.summary}`)
  } catch (error) {
    const stuck = isConflict(error) ? (next ?? (await newest(shell))) : undefined
    if (stuck === undefined) throw error
    together.refused.add(stuck)
    throw new Error(`${(error as Error).message} The next takes back what was before it.`)
  }
}

/** The operator's newest change that can be taken back, as far as is known. */
async function newest({ client, together }: Shell): Promise<number | undefined> {
  const { items } = await client.call(events.audit, { actor: 'operator', limit: 200 })
  const open = items.filter(({ undoable, action }) => undoable && action !== 'audit.undo')
  return open.find(({ seq }) => !together.refused.has(seq))?.seq
}

const isConflict = (error: unknown): error is Problem => error instanceof Problem && error.code === 'conflict'
