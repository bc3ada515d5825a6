import { randomUUID } from 'node:crypto'
import type * as z from 'zod'
import { byId } from '../../store/by-id.ts'
import type { Author, Changes } from '../../store/changes.ts'
import type { KeptTodo, TodoStore } from '../../store/todos.ts'
import { labelIn } from '../contract/labels.ts'
import { Problem, stillSays } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'
import type { todos as routes, Todo, Understood } from '../contract/todos.ts'
import { repeatWords } from '../time/repeat-said.ts'
import { movedItems } from './items.ts'
import type { Due, Schedule } from './schedule.ts'

type Saved = { todo: Todo; understood?: z.output<typeof Understood> }
type AddIn = Omit<Parsed<typeof routes.add>, 'quick'> & {
  quick?: boolean
  source?: string
  type?: Todo['type']
}
type EditIn = Parsed<typeof routes.edit> & { type?: Todo['type'] }

export interface Todos {
  list(query: Parsed<typeof routes.list>): { items: Todo[]; next: string | null }
  get(id: string): Todo
  containing(text: string, archived: boolean, label?: string): Todo[]
  /** The not archived one with this title (as people read it) due at the same moment. */
  twin(title: string, dueAt: number): Todo | undefined
  /** How words for a time are understood; nothing is written. */
  when(asked: {
    text: string
    quick?: boolean
    snooze?: string
  }): Promise<{ title: string | null; label: string | null; understood: z.output<typeof Understood> | null }>
  add(author: Author, input: AddIn): Promise<Saved>
  edit(author: Author, input: EditIn): Promise<Saved>
  done(author: Author, id: string, done: boolean): Promise<Saved>
  snooze(author: Author, id: string, until: string): Promise<Saved>
  item(author: Author, input: Parsed<typeof routes.item>): Saved
  remove(author: Author, id: string): Todo
  /** For the scheduler: what is due, and moving on what repeats. */
  ringing(until: number): Todo[]
  nextDue(after: number): Todo | undefined
  /** After it rang for a moment: a repeating one goes to its next date, a snoozed one is not snoozed any more. */
  advance(author: Author, id: string, rang: number): Promise<void>
  waitsToMove(id: string): boolean
}

export const openTodos = (deps: {
  store: TodoStore
  changes: Changes
  schedule: Schedule
  now: () => number
}): Todos => {
  const { store, changes, schedule, now } = deps

  const kept = (id: string): KeptTodo => byId(store, { one: 'todo', many: 'todos' }, id)

  const save = (author: Author, action: string, todo: KeptTodo, summary: string): Todo =>
    changes.write(author, tx => {
      store.put(tx, todo)
      const shown = show(todo)
      tx.say({ action: `todos.${action}`, noun: 'todo', id: todo.id, summary, data: shown })
      return shown
    })

  const change = (todo: KeptTodo, fields: Partial<KeptTodo>): KeptTodo => ({
    ...todo,
    ...fields,
    updated_at: now(),
  })

  const due = async (input: { due?: string | null; repeat?: string | null }, before?: KeptTodo) => {
    if (input.due === undefined && input.repeat === undefined) return undefined
    return schedule.read(input, before)
  }

  /** On the owner's clock, whatever zone it was said in. */
  const when = ({ due, due_at, repeat }: Pick<Due, 'due' | 'due_at' | 'repeat'>): string => {
    const at = readable(due?.includes('T') ? schedule.said(due_at!) : due)
    return `${at}${repeat ? `, ${repeatWords(repeat)}` : ''}`
  }

  /** When it reminds next; now, where the last date of a repeat has just rung: it is nearer than the next one. */
  const reminds = async (todo: KeptTodo & { due_at: number }): Promise<number> => {
    if (todo.snoozed_until !== null) return todo.snoozed_until
    if (todo.repeat === null || todo.due_at <= now()) return todo.due_at
    const last = await schedule.following(todo, 2 * now() - todo.due_at)
    const rang = last?.due_at != null && last.due_at <= now() && last.due_at >= todo.created_at
    return rang ? now() : todo.due_at
  }

  /** Its next date, and the todo as it is by the time that is known: others may set another date meanwhile. */
  const movingOn = async (id: string, after: (todo: KeptTodo) => number) => {
    for (;;) {
      const before = kept(id)
      const next = before.repeat ? await schedule.following(before, after(before)) : undefined
      const todo = kept(before.id)
      if (TIMES.every(field => todo[field] === before[field])) return { todo, next }
    }
  }

  /** Only ever later than it would remind anyway. */
  const putOff = async (todo: KeptTodo, until: string): Promise<Due> => {
    const { title, due_at } = todo
    if (due_at === null) throw new Problem('conflict', `"${title}" has no due date to snooze.`)
    const moment = await reminds({ ...todo, due_at })
    const read = await schedule.later(until, moment)
    if (read.due_at === null || read.due_at <= now())
      throw new Problem('invalid', `'${until}' is not a time in the future.`)
    if (read.due_at <= moment)
      throw new Problem(
        'invalid',
        `'${until}' is ${when({ ...read, repeat: null })}, but "${title || 'untitled'}" reminds at ${readable(schedule.said(moment))}: a snooze only puts off. To have it earlier, change when it is due.`,
      )
    return read
  }

  return {
    list(query) {
      const { due: group, ...rest } = query
      return store.find({ ...rest, due: group === undefined ? undefined : schedule.window(group) })
    },
    get: id => show(kept(id)),
    containing: (text, archived, label) => store.containing(text, archived, label).map(show),
    twin(title, dueAt) {
      const found = store.twin(title, dueAt)
      return found && show(found)
    },

    async when({ text, quick, snooze }) {
      if (snooze !== undefined)
        return { ...nothing, understood: (await putOff(kept(snooze), text)).understood ?? null }
      if (!quick) return { ...nothing, understood: (await schedule.read({ due: text })).understood ?? null }
      const labelled = labelIn(text)
      const title = labelled?.title ?? text
      const found = await schedule.find(title)
      return {
        title: found?.rest.trim() ?? title,
        label: labelled?.label ?? null,
        understood: found?.due.understood ?? null,
      }
    },

    async add(author, input) {
      const labelled = input.quick && input.label === undefined ? labelIn(input.title ?? '') : null
      const sentence = labelled?.title ?? input.title ?? ''
      const quick = input.quick && sentence ? await schedule.find(sentence) : undefined
      const title = (quick ? quick.rest : sentence).trim()
      const read = quick?.due ?? (await due(input))
      const items = input.items ?? []
      if (title === '' && !input.content?.trim() && items.length === 0)
        throw new Problem('invalid', 'A todo needs a title, some content or a checklist.')
      const at = now()
      const todo = save(
        author,
        'add',
        {
          id: randomUUID(),
          title,
          content: input.content ?? '',
          type: input.type ?? (items.length > 0 ? 'checklist' : 'note'),
          items,
          due: read?.due ?? null,
          due_at: read?.due_at ?? null,
          repeat: read?.repeat ?? null,
          repeat_from: read?.repeat_from ?? null,
          snoozed_until: null,
          label: input.label ?? labelled?.label ?? null,
          color: input.color ?? null,
          pinned: input.pinned ?? false,
          archived: input.archived ?? false,
          done_at: null,
          channels: input.channels ?? null,
          session_id: input.session_id ?? null,
          source: input.source ?? author.actor,
          created_at: at,
          updated_at: at,
        },
        `Added "${title || 'untitled'}"${read?.due ? `, due ${when(read)}` : ''}`,
      )
      return { todo, understood: read?.understood }
    },

    async edit(author, input) {
      const before = kept(input.id)
      const read = await due(input, before)
      const { id: _id, due: _due, repeat: _repeat, was, ...given } = input
      const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      // Unarchiving something done is the same as saying it is not done after all.
      if (fields.archived === false) fields.done_at = null
      // While the words were read, others may have changed it.
      const latest = kept(before.id)
      stillSays('todo', was, latest.content)
      const todo = change(latest, { ...fields, ...(read ? scheduled(read) : {}) })
      return {
        todo: save(
          author,
          'edit',
          todo,
          `Changed "${todo.title || 'untitled'}"${read?.due ? `, due ${when(read)}` : ''}`,
        ),
        understood: read?.understood,
      }
    },

    async done(author, id, done) {
      const { todo, next } = done
        ? await movingOn(id, ({ due_at }) => Math.max(now(), due_at ?? 0))
        : { todo: kept(id) }
      const fields: Partial<KeptTodo> = next
        ? { ...next, snoozed_until: null, items: todo.items.map(item => ({ ...item, done: false })) }
        : { archived: done, done_at: done ? now() : null, snoozed_until: null }
      const what = next
        ? `Did "${todo.title}", next ${readable(next.due)}`
        : `${done ? 'Did' : 'Reopened'} "${todo.title}"`
      return { todo: save(author, 'done', change(todo, fields), what) }
    },

    async snooze(author, id, until) {
      const before = kept(id)
      const read = await putOff(before, until)
      return {
        todo: save(
          author,
          'snooze',
          change(kept(before.id), { snoozed_until: read.due_at }),
          `Snoozed "${before.title}" until ${when(read)}`,
        ),
        understood: read.understood,
      }
    },

    item(author, input) {
      const before = kept(input.id)
      const { items, summary } = movedItems(before.items, input)
      const todo = change(before, { items, type: items.length > 0 ? 'checklist' : before.type })
      return { todo: save(author, 'item', todo, `${summary} in "${before.title}"`) }
    },

    remove(author, id) {
      const todo = kept(id)
      changes.write(author, tx => {
        store.remove(tx, todo.id)
        tx.say({
          action: 'todos.rm',
          noun: 'todo',
          id: todo.id,
          summary: `Deleted "${todo.title || 'untitled'}"`,
          data: null,
        })
      })
      return show(todo)
    },

    ringing: until => store.ringing(until).map(show),
    nextDue(after) {
      const todo = store.nextDue(after)
      return todo && show(todo)
    },

    waitsToMove: id => waits(kept(id)),

    async advance(author, id, rang) {
      const { todo, next } = await movingOn(id, now)
      // What was put off or got another date meanwhile is still to ring.
      if (!waits(todo) || (todo.snoozed_until ?? todo.due_at) !== rang) return
      const what = next ? `"${todo.title}" is due again ${readable(next.due)}` : `"${todo.title}" rang`
      save(author, 'advance', change(todo, { ...next, snoozed_until: null }), what)
    },
  }
}

const TIMES = ['due', 'due_at', 'repeat', 'repeat_from', 'snoozed_until'] as const

const nothing = { title: null, label: null }

/** A day, or a time without its seconds and offset: what a person reads in the trail. */
const readable = (due: string | null): string => (due ?? '').slice(0, 16).replace('T', ' ')

const waits = (todo: KeptTodo): boolean => todo.snoozed_until !== null || todo.repeat !== null

const scheduled = (read: Due): Partial<KeptTodo> => ({
  due: read.due,
  due_at: read.due_at,
  repeat: read.repeat,
  repeat_from: read.repeat_from,
  snoozed_until: null,
})

const show = (todo: KeptTodo): Todo => {
  const { repeat_from: _anchor, ...shown } = todo
  return shown
}
