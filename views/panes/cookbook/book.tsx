import { Box as Column, Text } from 'ink'
import type { ReactNode } from 'react'
import { cookbook } from '../../../src/contract/cookbook.ts'
import type { Host } from '../../../src/contract/hosts.ts'
import type { Attempt, Diagnosis, Serve } from '../../../src/contract/serve.ts'
import type { Shell } from '../../shell/shell.ts'
import { Newest } from '../../store/newest.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { toned } from '../../widgets/theme.ts'
import { type TreeRow, treeRows } from '../../widgets/tree.ts'
import { ListSide } from '../list-side.tsx'
import { targets } from '../marking.ts'
import type { Box } from '../pane.ts'
import { TextSide } from '../text-side.tsx'
import { attemptRows } from './attempt-rows.ts'
import { causeLine, causeRows } from './cause.ts'
import { Conversation } from './conversation.ts'
import { serveRows } from './details.ts'
import { hostRows, processRows } from './host-rows.ts'
import { type Item, isLive, treeOf } from './kitchen.ts'
import { livingSide } from './living.ts'
import { LogPane } from './log-pane.tsx'
import { Metrics } from './metrics.ts'
import { columnsOf, itemRow, serveHead } from './rows.ts'
import { Trends } from './trends.ts'

/** Of how many serves is kept what was asked about them, and with them. */
const remembered = 500

/** What is known of why a serve is as it is. `of`: the state it was asked about, so that it is asked once. */
interface Cause {
  of: string
  serve: Serve
  diagnosis: Diagnosis | null
  reason?: string
}

/** What is open of a serve. */
export type Mode = 'log' | 'cause' | 'details' | 'metrics'

/** What the Cookbook's pane shows and has selected; its actions are beside it. */
export class Book {
  readonly shell: Shell
  readonly list: ListSide<TreeRow<Item>>
  readonly log: LogPane
  readonly text = new TextSide()
  readonly metrics: Metrics
  readonly folded = new Set<string>()
  mode: Mode = 'log'
  mineOnly = false
  /** Which fix of a cause is selected. */
  fix = 0
  readonly #causes = new Newest<string, Cause>(remembered)
  readonly #attempts = new Newest<string, readonly Attempt[]>(remembered)
  readonly #conversations = new Newest<string, Conversation>(remembered)

  constructor(shell: Shell) {
    this.shell = shell
    this.log = new LogPane(shell)
    const isShown = () => shell.pane.id === 'cook' && shell.side === 'detail' && this.mode === 'metrics'
    this.metrics = new Metrics(shell, isShown)
    shell.live.onEvent(({ noun, id, seq }) => {
      if (this.mode === 'details' && noun === 'serve' && seq !== null && id === this.serve?.id)
        void this.#askAttempts(this.serve)
    })
    const { hosts, serves } = shell.world
    const trends = new Trends()
    this.list = new ListSide<TreeRow<Item>>({
      items: () =>
        treeRows(
          treeOf(hosts.items, serves.items, serve => !this.mineOnly || serve.mine, shell.ages.now),
          // What is filtered is found under a folded host too.
          this.list.filter.text === '' ? this.folded : new Set(),
        ),
      idOf: ({ id }) => id,
      row: (row, width) =>
        itemRow(row, width, {
          columns: columnsOf(serves.items),
          glyphs: shell.glyphs,
          now: shell.ages.now,
          trend: serve => trends.of(serve),
          isReached: serve => hosts.get(serve.host)?.reach.state !== 'unreachable',
        }),
      words: ({ item }) => wordsOf(item),
      notes: () => [
        ...(this.mineOnly ? ['only yours: . shows all'] : []),
        ...(serves.isRead && serves.items.length === 0 ? ['nothing runs yet: o launches a model'] : []),
      ],
      empty: () => {
        const error = hosts.error ?? serves.error
        return error === null ? 'Reading what runs.' : sanitiseText(error)
      },
      changed: shell.signal.now,
    })
  }

  /** What was said to a serve and by it; kept while the screen is open. */
  conversation(serve: Serve): Conversation {
    const { shell } = this
    const kept = this.#conversations.get(serve.id) ?? new Conversation(shell.client, serve, shell.signal.soon)
    this.#conversations.set(serve.id, kept)
    return kept
  }

  get item(): Item | undefined {
    return this.list.selected?.item
  }

  get serve(): Serve | null {
    const { item } = this
    return item?.kind === 'serve' ? item.serve : null
  }

  /** The serves an action is for: the marked ones, else the selected one. */
  get serves(): Serve[] {
    return targets(this.shell, this.list).flatMap(({ item }) => (item.kind === 'serve' ? [item.serve] : []))
  }

  /** The host of what is selected. */
  get host(): Host | undefined {
    const { item } = this
    if (!item) return undefined
    return item.kind === 'serve' ? this.shell.world.hosts.get(item.serve.host) : item.host
  }

  diagnosis(serve: Serve): Diagnosis | null {
    return this.#causes.get(serve.id)?.diagnosis ?? null
  }

  whyNot(serve: Serve): string | null {
    return this.#causes.get(serve.id)?.reason ?? null
  }

  /** Opens a side of the selected serve. */
  open(mode: Mode): void {
    const { serve } = this
    this.mode = mode
    this.text.top = 0
    if (serve) this.log.aim(serve, true)
    if (mode === 'log') this.log.glance(false)
    if (mode === 'cause') this.fix = 0
    if (serve && mode === 'cause') void this.ask(serve, true)
    if (serve && mode === 'details') void this.#askAttempts(serve)
    this.shell.side = 'detail'
    this.shell.signal.now()
  }

  /** Selects a serve in the list, whatever hides it there. */
  show(serve: Serve): void {
    this.folded.delete(`host:${serve.host}`)
    this.mineOnly &&= serve.mine
    this.list.filter.set('')
    this.list.select(serve.lineage)
  }

  /** Another side of what is selected, where the keys are. */
  turn(mode: Mode): void {
    this.mode = mode
    this.text.top = 0
  }

  drawList(box: Box): ReactNode {
    return this.list.view(box)
  }

  drawDetail(box: Box): ReactNode {
    const { item } = this
    if (!item) return null
    if (item.kind === 'host') return this.text.view(hostRows(item.host, box.width, this.shell.glyphs), box)
    if (item.kind === 'process') return this.text.view(processRows(item, box.width), box)
    return this.#drawServe(item.serve, box)
  }

  /** What is in view follows the selection. */
  follow(): void {
    const { serve } = this
    this.log.aim(serve, false)
    if (serve && !isLive(serve)) void this.ask(serve)
  }

  /** Finds out the cause, once for each way it is. What could not be told is asked again when the list was read anew, or a person looks. */
  async ask(serve: Serve, anew = false): Promise<void> {
    const of = `${isLive(serve)} ${serve.cause}`
    const before = this.#causes.get(serve.id)
    if (before?.of === of && (before.reason === undefined || (before.serve === serve && !anew))) return
    const asked: Cause = { of, serve, diagnosis: before?.diagnosis ?? null }
    this.#causes.set(serve.id, asked)
    try {
      asked.diagnosis = (await this.shell.client.call(cookbook.why, { id: serve.id })).diagnosis
    } catch (error) {
      Object.assign(asked, { diagnosis: null, reason: (error as Error).message })
    }
    this.shell.signal.soon()
  }

  /** What was tried before, whose difference a person wants to see beside what is. */
  async #askAttempts(serve: Serve): Promise<void> {
    await this.shell.act('Its attempts are not known', async () => {
      const { items } = await this.shell.client.call(cookbook.attempts, { id: serve.id })
      this.#attempts.set(serve.id, items)
    })
    this.shell.signal.soon()
  }

  #drawServe(serve: Serve, box: Box): ReactNode {
    const { width, focused } = box
    const mode = focused ? this.mode : 'log'
    if (mode === 'details') {
      const tried = attemptRows(this.#attempts.get(serve.id) ?? [], serve.id, width)
      return this.#headed(serve, mode, [...serveRows(serve, width, this.shell.ages.now), ...tried], box)
    }
    if (mode === 'metrics') {
      this.metrics.look(serve)
      const { rows, said } = this.metrics.view(serve, { ...box, height: box.height - 1 })
      return this.#headed(serve, said, rows, box)
    }
    const diagnosis = this.diagnosis(serve)
    if (mode === 'cause') {
      const found = { diagnosis, whyNot: this.whyNot(serve), fix: this.fix }
      const rows = isLive(serve)
        ? livingSide(serve, found, this.host?.reach, width, this.shell.ages.now)
        : causeRows(serve, diagnosis, found.whyNot, width, this.fix)
      return this.#headed(serve, mode, rows, box)
    }
    this.log.mark(diagnosis?.byte_offset ?? null)
    this.log.glance(!focused)
    if (focused) this.log.study()
    if (isLive(serve) || !diagnosis) return this.log.view(box, [], [])
    if (focused) return this.log.view(box, [], causeLine(diagnosis, width))
    const rows = causeRows(serve, diagnosis, null, width, -1)
    const room = Math.max(2, box.height - 1)
    const more = toned(`  ${rows.length - room + 1} more rows: c shows them`, 'quiet')
    return this.log.view(box, rows.length > room ? [...rows.slice(0, room - 1), more] : rows, [])
  }

  /** Rows of a serve under a line that says whose they are and stays. */
  #headed(serve: Serve, shown: string, rows: readonly string[], box: Box): ReactNode {
    const { width, height } = box
    return (
      <Column flexDirection="column" width={width} height={height} overflow="hidden">
        <Text>{serveHead(serve, shown, width)}</Text>
        {this.text.view(rows, { ...box, height: Math.max(0, height - 1) })}
      </Column>
    )
  }
}

function wordsOf(item: Item): string {
  if (item.kind === 'host') return `${item.host.name} ${item.host.target}`
  if (item.kind === 'process')
    return `pid ${item.process.pid} ${item.process.name} ${item.process.user ?? ''}`
  const { name, model, host_name, state, engine, operator, port } = item.serve
  return [name, model, host_name, state, engine, operator, port].join(' ')
}
