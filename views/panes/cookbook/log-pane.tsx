import { Box, Text } from 'ink'
import { cookbook } from '../../../src/contract/cookbook.ts'
import type { Attempt, Serve } from '../../../src/contract/serve.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { LogView } from '../../widgets/log/log-view.tsx'
import { LogModel } from '../../widgets/log/model.ts'
import { Rows } from '../../widgets/rows.tsx'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Motion, Box as Place } from '../pane.ts'
import { bytes } from '../words.ts'
import { isLive } from './kitchen.ts'
import { markTrouble, searchLog } from './log-marks.ts'
import { serveLog } from './log-source.ts'

/** A selection that only passes by asks for no log. */
const settleAfter = 150

/** The log of one serve, or of one of its attempts, on the screen. */
export class LogPane {
  model: LogModel | null = null
  serve: Serve | null = null
  query = ''
  /** Which lines of a search are shown: all, only its hits, or only the others. */
  filter: 'all' | 'only' | 'except' = 'all'
  readonly #shell: Shell
  #timer: NodeJS.Timeout | undefined
  #words = ''
  #total = 0
  #asking = new AbortController()
  #markedAt = -1
  #attempts: readonly Attempt[] = []
  /** The serve whose log is shown, where it is another attempt's. */
  #shown: string | null = null

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** The serve the log on the screen belongs to: the selected one's, or an earlier attempt's. */
  get shownId(): string | null {
    return this.#shown ?? this.serve?.id ?? null
  }

  /** Shows this serve's log from now on; at once where somebody waits for it. */
  aim(serve: Serve | null, now: boolean): void {
    if (serve?.id === this.serve?.id) {
      const wasLive = this.serve !== null && isLive(this.serve)
      this.serve = serve
      if (serve && wasLive && !isLive(serve)) this.#rest()
      if (now && serve && !this.model) this.#open(serve.id)
      return
    }
    this.close()
    this.serve = serve
    if (!serve) return
    if (now) this.#open(serve.id)
    else this.#timer = setTimeout(() => this.#open(serve.id), settleAfter)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#forget()
    this.serve = null
    this.#shown = null
    this.#attempts = []
  }

  move(motion: Motion): void {
    const { model } = this
    if (!model) return
    if (motion === 'home') model.home()
    else if (motion === 'end') model.follow()
    else if ('rows' in motion) model.scroll(motion.rows)
    else model.page(motion.pages)
  }

  async search(query: string): Promise<void> {
    const { model, shownId } = this
    if (!model || shownId === null) return
    this.#asking.abort()
    this.#asking = new AbortController()
    this.query = query
    this.#show('all')
    if (query === '') {
      model.highlight = null
      model.setTicks('/', [])
      return
    }
    this.#total = await searchLog(this.#shell.client, shownId, model, query, this.#asking.signal)
    if (this.#total === 0) this.#shell.toast('info', `'${query}' is not in this log.`)
    else if (!model.next('/', 1)) model.next('/', -1)
    this.#shell.signal.now()
  }

  step(kind: '/' | 'C' | 'm', direction: 1 | -1): void {
    if (!this.model?.next(kind, direction))
      this.#shell.toast('info', direction === 1 ? 'No more below.' : 'No more above.')
  }

  /** Errors are looked for again where the log has grown since. */
  async stepError(direction: 1 | -1): Promise<void> {
    const { model } = this
    if (!model) return
    await this.#mark(model)
    if (!model.next('e', direction))
      this.#shell.toast(
        'info',
        model.ticks('e').length === 0 ? 'No errors in this log.' : 'No more errors that way.',
      )
  }

  showOnly(): void {
    if (this.query === '') this.#shell.toast('info', 'Search for something first: / asks for it.')
    else this.#show(this.filter === 'only' ? 'all' : 'only')
  }

  showExcept(): void {
    if (this.query === '') this.#shell.toast('info', 'Search for something first: / asks for it.')
    else this.#show(this.filter === 'except' ? 'all' : 'except')
  }

  #show(filter: LogPane['filter']): void {
    const { model } = this
    if (!model || filter === this.filter) return
    const before = this.filter
    this.filter = filter
    if (before === 'only') model.showOnly(null)
    if (before === 'except') model.showExcept(null)
    if (filter === 'only') model.showOnly(model.ticks('/'))
    if (filter === 'except') model.showExcept(model.highlight)
  }

  /** The log of the attempt before (-1) or after (1). */
  async attempt(by: 1 | -1): Promise<void> {
    const { serve } = this
    if (!serve) return
    if (this.#attempts.length === 0)
      this.#attempts = (await this.#shell.client.call(cookbook.attempts, { id: serve.id })).items
    const at = this.#attempts.findIndex(one => one.serve === this.shownId)
    const next = this.#attempts[at + by]
    if (!next) {
      this.#shell.toast(
        'info',
        by === -1
          ? 'This is the first attempt. A relaunch (r) makes the next.'
          : 'This is the last attempt. r relaunches with a change.',
      )
      return
    }
    this.#shown = next.serve
    this.#forget()
    this.#open(next.serve)
  }

  /** Puts the cause on the scrollbar. */
  mark(offset: number | null): void {
    if (offset !== null && this.model?.ticks('C')[0] !== offset) this.model?.setTicks('C', [offset])
  }

  #open(id: string): void {
    clearTimeout(this.#timer)
    const model = new LogModel(serveLog(this.#shell.client, id))
    this.model = model
    this.#markedAt = -1
    model.onChange(cause => {
      const words = this.words()
      if (words === this.#words) return
      this.#words = words
      if (cause === 'key') this.#shell.signal.now()
      else this.#shell.signal.soon()
    })
    model.start()
    if (!this.#isLive) model.stop()
    this.#shell.signal.now()
  }

  get #isLive(): boolean {
    return this.serve !== null && this.#shown === null && isLive(this.serve)
  }

  #forget(): void {
    this.#asking.abort()
    this.model?.stop()
    this.model = null
    this.query = ''
    this.filter = 'all'
  }

  async #mark(model: LogModel): Promise<void> {
    const { shownId } = this
    if (shownId === null || this.#markedAt === model.status.size) return
    this.#markedAt = model.status.size
    this.#asking.abort()
    this.#asking = new AbortController()
    await markTrouble(this.#shell.client, shownId, model, this.#asking.signal)
  }

  /** Its errors and tracebacks, once somebody reads it. */
  study(): void {
    const { model } = this
    if (!model || this.#markedAt >= 0) return
    this.#mark(model).catch(() => {
      // A log without marks is read as well; `e` says what is wrong.
    })
  }

  /** Nothing more will come: one last look, then no more questions. */
  #rest(): void {
    this.model?.stop()
    this.model?.start()
    this.model?.stop()
  }

  words(): string {
    const { model, serve } = this
    if (!model || !serve) return ''
    const { size, following, arrived, error } = model.status
    if (error !== null) return sanitiseText(error)
    const more = arrived.lines === null ? bytes(arrived.bytes) : `${arrived.lines}`
    const paused = arrived.bytes > 0 ? `PAUSED +${more} new` : 'PAUSED'
    const where = following && this.#isLive ? '' : `line ${lineOf(model)}  `
    return `${where}${bytes(size)}  ${this.#isLive ? (following ? 'FOLLOWING' : paused) : 'ENDED'}`
  }

  #found(): string {
    const { model, query } = this
    if (!model || query === '') return ''
    const hits = model.ticks('/')
    const at = model.current === undefined ? -1 : hits.indexOf(model.current)
    const total = this.#total > hits.length ? `${this.#total}, first ${hits.length}` : `${hits.length}`
    const sign = { all: '/', only: '&', except: '!' }[this.filter]
    return `${sign}${sanitiseText(query)}  ${at >= 0 ? `${at + 1} of ` : ''}${total}`
  }

  /** The log with a line of what it is over it; `above` and `below` are rows that belong to it. */
  view({ width, height, focused }: Place, above: readonly string[], below: readonly string[]) {
    const { model, serve } = this
    if (!serve || height <= 0) return null
    const head = [
      `${focused ? '< ' : ''}${sanitiseText(serve.name)} ${sanitiseText(serve.host_name)}${serve.port ? `:${serve.port}` : ''}`,
      this.#whichWords(serve),
    ].join('  ')
    const words = this.words()
    const room = Math.max(0, width - words.length - 1)
    const line = toWidth(head, room) + toWidth(words, Math.min(width, words.length + 1), 'right')
    const status = focused && height >= 8 ? this.#statusRow(width) : []
    const top = above.slice(0, Math.max(0, height - 1))
    const bottom = [...below, ...status].slice(0, Math.max(0, height - 2 - top.length))
    const rest = height - 1 - top.length - bottom.length
    return (
      <Box flexDirection="column" width={width} height={height} overflow="hidden">
        <Text>{toned(toWidth(line, width), focused ? 'selected' : 'strong')}</Text>
        <Rows rows={top} width={width} height={top.length} />
        {rest > 0 && model ? (
          <LogView
            key={this.shownId}
            model={model}
            width={width}
            height={rest}
            unicode={this.#shell.host.unicode}
          />
        ) : (
          <Rows rows={[]} width={width} height={rest} />
        )}
        <Rows rows={bottom} width={width} height={bottom.length} />
      </Box>
    )
  }

  /** Which attempt it is, and how that stands. */
  #whichWords(serve: Serve): string {
    const attempt = this.#attempts.find(one => one.serve === this.shownId)
    const number = attempt?.attempt ?? serve.attempt
    const of = Math.max(this.#attempts.length, serve.attempt)
    const state = attempt && attempt.serve !== serve.id ? attempt.state : serve.state
    return `${of > 1 ? `attempt ${number}/${of}  ` : ''}${state === 'crashed' ? 'CRASHED' : state}`
  }

  #statusRow(width: number): string[] {
    const { model } = this
    if (!model) return []
    const { wrap, column, clock } = model.status
    const found = this.#found()
    const side = `wrap ${wrap ? 'on' : 'off'}  time ${clock}  col ${column}`
    return [toned(toWidth(found, width - side.length) + side, 'quiet')]
  }
}

/** `4711/4980`; `~` before what was not counted to the last line. */
function lineOf(model: LogModel): string {
  const { at, last } = model.numbers
  return [at, last].map(({ line, exact }) => `${exact ? '' : '~'}${line}`).join('/')
}
