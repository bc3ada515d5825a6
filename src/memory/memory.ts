import { randomUUID } from 'node:crypto'
import { byId } from '../../store/by-id.ts'
import type { Author, Changes } from '../../store/changes.ts'
import type { MemoryStore } from '../../store/memory.ts'
import type { Memory, memory as routes } from '../contract/memory.ts'
import { Problem, stillSays } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'

type AddIn = Partial<Parsed<typeof routes.add>> & { text: string }

export interface Memories {
  list(query: Parsed<typeof routes.list>): { items: Memory[]; next: string | null }
  /** All of them, in the order in which they were told. */
  all(): Memory[]
  count(): number
  /** By its id or a part of it that only one has. */
  get(id: string): Memory
  /** By its whole id. */
  exact(id: string): Memory | undefined
  add(author: Author, input: AddIn): { memory: Memory; duplicate: boolean; count: number }
  edit(author: Author, input: Parsed<typeof routes.edit>): Memory
  used(author: Author, id: string, times: number): Memory
  remove(author: Author, id: string): Memory
}

export const openMemories = (deps: { store: MemoryStore; changes: Changes; now: () => number }): Memories => {
  const { store, changes, now } = deps

  const kept = (id: string): Memory => byId(store, { one: 'memory', many: 'memories' }, id)

  const save = (author: Author, action: string, memory: Memory, summary: string): Memory =>
    changes.write(author, tx => {
      store.put(tx, memory)
      tx.say({ action: `memory.${action}`, noun: 'memory', id: memory.id, summary, data: memory })
      return memory
    })

  return {
    list: query => store.find(query),
    all: store.all,
    count: store.count,
    get: kept,
    exact: store.get,

    add(author, input) {
      const twin = store.twin(input.text)
      if (twin) return { memory: twin, duplicate: true, count: store.count() }
      const at = now()
      const memory: Memory = {
        id: randomUUID(),
        text: input.text,
        category: input.category ?? 'fact',
        source: input.source ?? author.actor,
        session_id: input.session_id ?? null,
        pinned: input.pinned ?? false,
        uses: 0,
        created_at: at,
        updated_at: at,
      }
      save(author, 'add', memory, `Remembered "${short(memory.text)}"`)
      return { memory, duplicate: false, count: store.count() }
    },

    edit(author, input) {
      const before = kept(input.id)
      stillSays('memory', input.was, before.text)
      const twin = input.text === undefined ? undefined : store.twin(input.text)
      if (twin && twin.id !== before.id)
        throw new Problem('conflict', `Memory ${twin.id} says this already.`, { id: twin.id })
      const memory: Memory = {
        ...before,
        text: input.text ?? before.text,
        category: input.category ?? before.category,
        source: input.source ?? before.source,
        session_id: input.session_id === undefined ? before.session_id : input.session_id,
        pinned: input.pinned ?? before.pinned,
        updated_at: now(),
      }
      return save(author, 'edit', memory, `Changed "${short(memory.text)}"`)
    },

    used(author, id, times) {
      const before = kept(id)
      return save(author, 'used', { ...before, uses: before.uses + times }, `Used "${short(before.text)}"`)
    },

    remove(author, id) {
      const memory = kept(id)
      changes.write(author, tx => {
        store.remove(tx, memory.id)
        tx.say({
          action: 'memory.rm',
          noun: 'memory',
          id: memory.id,
          summary: `Forgot "${short(memory.text)}"`,
          data: null,
        })
      })
      return memory
    },
  }
}

const short = (text: string): string => {
  const line = text.replace(/\s+/g, ' ')
  return line.length <= 80 ? line : `${line.slice(0, 79).toWellFormed()}…`
}
