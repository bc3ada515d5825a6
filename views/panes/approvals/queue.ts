import { type Approval, access } from '../../../src/contract/access.ts'
import type { Shell } from '../../shell/shell.ts'
import { Newest } from '../../store/newest.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { cut } from '../../widgets/text.ts'
import { ListSide } from '../list-side.tsx'
import type { Box, Motion } from '../pane.ts'
import { Searched } from '../searched.ts'
import { isFresh } from '../slips.ts'
import { approvalRow, lastMinute } from './rows.ts'

/** What waits for an answer, the oldest first; and what was decided. */
export class Queue {
  decided = false
  readonly list: ListSide<Approval>
  readonly history: Searched<Approval>
  readonly #shell: Shell
  readonly #busy = new Set<string>()
  /** What was answered from here: the event of it may come after the answer. */
  readonly #own = new Newest<string, true>(500)
  #timer: NodeJS.Timeout | undefined

  constructor(shell: Shell) {
    this.#shell = shell
    const { approvals } = shell.world
    this.list = new ListSide<Approval>({
      items: () => [...approvals.items].sort((a, b) => a.created_at - b.created_at),
      idOf: ({ id }) => id,
      row: (one, width) => approvalRow(one, width, this.#busy.has(one.id), Date.now()),
      words: one => `${one.actor} ${one.reason} ${one.method} ${one.path}`,
      empty: () =>
        approvals.error
          ? sanitiseText(approvals.error)
          : approvals.isRead
            ? "Nobody asks anything. '.' shows what was decided."
            : 'reading',
      wary: true,
      changed: shell.signal.now,
    })
    this.history = new Searched<Approval>(shell, {
      nouns: ['approval'],
      idOf: ({ id }) => id,
      row: (one, width) => approvalRow(one, width, false, Date.now()),
      empty: () => 'Nothing was decided yet. . shows what waits.',
      notes: () => ['decided'],
      async page({ search = '', ...query }) {
        const page = await shell.client.call(access.approvals, { ...query, state: 'all' })
        const words = search.toLowerCase().split(/\s+/)
        const items = page.items.filter(one => {
          const text = `${one.actor} ${one.reason} ${one.state} ${one.note ?? ''}`.toLowerCase()
          return one.state !== 'pending' && words.every(word => text.includes(word))
        })
        return { ...page, items }
      },
      get: id => shell.client.call(access.approval, { id }),
    })
    this.#listen()
  }

  get selected(): Approval | undefined {
    return this.decided ? this.history.selected : this.list.selected
  }

  /** Whether the question under the cursor has just become another: here even what the person answered counts. */
  get moved(): boolean {
    return isFresh(this.list.slip)
  }

  move(motion: Motion): void {
    if (this.decided) this.history.move(motion)
    else this.list.move(motion)
  }

  /** Selects one, waiting or decided. */
  async reveal(id: string): Promise<void> {
    this.decided = this.#shell.world.approvals.get(id) === undefined
    if (this.decided) await this.history.reveal(id)
    else this.list.select(id)
  }

  turn(): void {
    this.decided = !this.decided
    if (this.decided) this.history.look()
    this.#shell.signal.now()
  }

  view(box: Box) {
    if (this.decided) return this.history.view(box)
    this.#arm()
    return this.list.view(box)
  }

  /** Marks a question as being answered from here, so that its decision is no news. */
  async answering(id: string, run: () => Promise<void>): Promise<void> {
    this.#busy.add(id)
    this.#own.set(id, true)
    this.#shell.signal.now()
    try {
      await run()
    } finally {
      this.#busy.delete(id)
      this.#shell.signal.now()
    }
  }

  /** Draws again when a deadline comes near: nothing ticks. */
  #arm(): void {
    clearTimeout(this.#timer)
    const now = Date.now()
    const times = this.list.shown.flatMap(({ deadline }) =>
      deadline !== null && deadline - lastMinute > now ? [deadline - lastMinute] : [],
    )
    if (times.length === 0) return
    const wait = Math.min(...times) - now
    if (wait < 2 ** 31) this.#timer = setTimeout(this.#shell.signal.now, wait).unref()
  }

  /** Says once who asks, and what somebody else decided. */
  #listen(): void {
    const { live } = this.#shell
    live.onEvent(({ noun, action, id, actor, data }) => {
      const one = data as Approval | null
      if (noun !== 'approval' || !one?.state) return
      const named = `${one.actor}: ${one.reason}`
      if (action === 'approvals.ask') this.#asked(named)
      else if (action === 'approvals.expire') this.#shell.toast('warn', `No answer in time, ${named}`)
      else if (action === 'approvals.decide' && !this.#own.has(id))
        this.#shell.toast(
          'info',
          `${one.state === 'allowed' ? 'Allowed' : 'Denied'} elsewhere by ${actor}: ${named}`,
        )
    })
  }

  #asked(named: string): void {
    const shell = this.#shell
    const waiting = shell.world.approvals.items.length
    if (shell.pane.id === 'approvals' && !this.decided) return
    const [key] = shell.keys['go.approvals'] ?? []
    const known = [...(waiting > 1 ? [`${waiting} wait`] : []), ...(key ? [`${key} answers`] : [])]
    const said = known.length > 0 ? ` (${known.join(', ')})` : ''
    shell.toast('warn', `Asked by ${cut(named, 120, shell.glyphs.more)}${said}`)
  }
}
