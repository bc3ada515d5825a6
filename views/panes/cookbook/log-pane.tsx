import { Box, Text } from 'ink'
import { cookbook } from '../../../src/contract/cookbook.ts'
import type { Attempt, Serve } from '../../../src/contract/serve.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { LogLine, LogView } from '../../widgets/log/log-view.tsx'
import type { LogModel } from '../../widgets/log/model.ts'
import type { LineNumber } from '../../widgets/log/numbers.ts'
import { type Clock, clocks } from '../../widgets/log/stamps.ts'
import { Rows } from '../../widgets/rows.tsx'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Motion, Box as Place } from '../pane.ts'
import { bytes } from '../words.ts'
import { isLive } from './kitchen.ts'
import { headLine } from './log-head.ts'
import type { LogSearch } from './log-search.ts'
import { OpenLog } from './open-log.ts'

/** A selection that only passes by asks for no log. */
const settleAfter = 150
/** Of so many logs it is kept what a person did in them: marks, a search, where one was. */
const maxKept = 8

/** The log of one serve, or of one of its attempts, on the screen. */
export class LogPane {
  serve: Serve | null = null
  /** How a person likes logs: kept from one to the next. */
  #liked: { wrap: boolean; clock: Clock } = { wrap: false, clock: 'off' }
  readonly #shell: Shell
  #timer: NodeJS.Timeout | undefined
  #log: OpenLog | null = null
  /** By the serve whose log it is, the one looked at last at the end. */
  readonly #kept = new Map<string, OpenLog>()
  #attempts: readonly Attempt[] = []
  /** The serve whose log is shown, where it is another attempt's. */
  #shown: string | null = null

  constructor(shell: Shell) {
    this.#shell = shell
  }

  get model(): LogModel | null {
    return this.#log?.model ?? null
  }

  get search(): LogSearch | null {
    return this.#log?.search ?? null
  }

  /** The serve the log on the screen belongs to: the selected one's, or an earlier attempt's. */
  get shownId(): string | null {
    return this.#shown ?? this.serve?.id ?? null
  }

  /** Shows this serve's log from now on; at once where somebody waits for it, or has been in it. */
  aim(serve: Serve | null, now: boolean): void {
    const wasLive = this.serve !== null && isLive(this.serve)
    if (serve?.id !== this.serve?.id) {
      this.leave()
      this.#shown = null
      this.#attempts = []
    }
    const before = this.#log
    this.serve = serve
    if (before && serve && wasLive && !isLive(serve)) before.read(false)
    const { shownId: id } = this
    if (before || id === null) return
    if (now || this.#kept.has(id)) this.#open(id)
    else this.#timer ??= setTimeout(() => this.#open(id), settleAfter)
  }

  /** Asks for nothing more until a serve is aimed at again; a log one comes back to is as it was left. */
  leave(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#liked = this.liked
    this.#log?.leave()
    this.#log = null
  }

  /** Whether somebody reads it, or its end is only seen beside the list. */
  glance(is: boolean): void {
    this.model?.glance(is)
  }

  move(motion: Motion): void {
    const { model } = this
    if (!model) return
    if (motion === 'home') model.home()
    else if (motion === 'end') model.follow()
    else if ('rows' in motion) model.scroll(motion.rows)
    else model.page(motion.pages)
  }

  /** The next place of this kind, round from one end of the log to the other. */
  step(kind: 'e' | 'm', direction: 1 | -1): void {
    const { model } = this
    if (!model) return
    const before = model.current
    const found = model.next(kind, direction)
    const words = { e: 'error', m: 'mark' }[kind]
    if (!found)
      this.#shell.toast(
        'info',
        kind === 'm' ? 'Nothing is marked: m marks a line.' : 'No errors in this log.',
      )
    else if (found.round && found.at === before) this.#shell.toast('info', `This is the only ${words}.`)
    else if (found.round)
      this.#shell.toast(
        'info',
        direction === 1 ? `No ${words} below: on from the first.` : `No ${words} above: on from the last.`,
      )
  }

  async stepError(direction: 1 | -1): Promise<void> {
    const log = this.#log
    await log?.seekTrouble(direction)
    if (log === this.#log) this.step('e', direction)
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
    this.#shown = next.serve === serve.id ? null : next.serve
    this.leave()
    this.#open(next.serve)
  }

  /** Puts the cause on the scrollbar. */
  mark(offset: number | null): void {
    if (offset !== null && this.model?.ticks('C')[0] !== offset) this.model?.setTicks('C', [offset])
  }

  #open(id: string): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const log = this.#kept.get(id) ?? this.#fresh(id)
    this.#kept.delete(id)
    this.#kept.set(id, log)
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxKept) break
      this.#kept.delete(oldest)
    }
    this.#log = log
    if (this.#liked.wrap !== log.model.status.wrap) log.model.toggleWrap()
    log.model.setClock(this.#liked.clock)
    log.read(this.#isLive)
    this.#shell.signal.now()
  }

  #fresh(id: string): OpenLog {
    const note = (text: string) => this.#log === log && this.#shell.toast('info', text)
    const log: OpenLog = new OpenLog(this.#shell.client, id, note, () =>
      note(`The log of ${this.serve?.name ?? 'it'} was replaced: this is the new one.`),
    )
    return log
  }

  get #isLive(): boolean {
    return this.serve !== null && this.#shown === null && isLive(this.serve)
  }

  get liked(): { wrap: boolean; clock: Clock } {
    const { wrap, clock } = this.model?.status ?? this.#liked
    return { wrap, clock }
  }

  /** What was liked when the screen was open last. */
  recall(wrap: unknown, clock: unknown): void {
    this.#liked = { wrap: wrap === true, clock: clocks.find(one => one === clock) ?? 'off' }
  }

  /** Its errors and tracebacks, once somebody reads it. */
  study(): void {
    this.#log?.study()
  }

  /** What it is and where in it one is, in one line. */
  head(width: number, focused: boolean): string {
    const { model, serve } = this
    if (!serve) return ''
    const { size, following, arrived, error } = model?.status ?? { ...unread }
    const more = arrived.lines === null ? bytes(arrived.bytes) : arrived.lines.toLocaleString('en')
    const paused = arrived.bytes > 0 ? `PAUSED +${more} new` : 'PAUSED'
    const { at, last } = model && size > 0 ? model.numbers : { at: null, last: null }
    const isFollowed = following && this.#isLive
    const line = headLine(
      {
        name: `${focused ? '< ' : ''}${sanitiseText(serve.name)}`,
        where: `${sanitiseText(serve.host_name)}${serve.port ? `:${serve.port}` : ''}`,
        which: this.#whichWords(serve),
        line: at ? numberWords(at) : '',
        of: last && !isFollowed ? numberWords(last) : '',
        size: bytes(size),
        state:
          error !== null ? sanitiseText(error) : this.#isLive ? (following ? 'FOLLOWING' : paused) : 'ENDED',
      },
      width,
    )
    return toned(toWidth(line, width), focused ? 'selected' : 'strong')
  }

  /** What is searched for and how the text is shown, in one line. */
  foot(width: number): string {
    const { model, search } = this
    if (!model) return ''
    const { wrap, column, clock } = model.status
    const side = `wrap ${wrap ? 'on' : 'off'}  time ${clock}  col ${column}`
    return toned(toWidth(search?.words() ?? '', Math.max(0, width - side.length)) + side, 'quiet')
  }

  /** The log with a line of what it is over it; `above` and `below` are rows that belong to it. */
  view({ width, height, focused }: Place, above: readonly string[], below: readonly string[]) {
    const { model, serve } = this
    if (!serve || height <= 0) return null
    const status = model && focused && height >= 8 ? 1 : 0
    const top = above.slice(0, Math.max(0, height - 1))
    const bottom = below.slice(0, Math.max(0, height - 2 - status - top.length))
    const rest = height - 1 - top.length - bottom.length - status
    const line = (key: string, text: () => string) =>
      model ? (
        <LogLine key={`${key} ${this.shownId}`} model={model} width={width} text={text} now={text()} />
      ) : (
        <Text>{text()}</Text>
      )
    return (
      <Box flexDirection="column" width={width} height={height} overflow="hidden">
        {line('head', () => this.head(width, focused))}
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
        {status > 0 ? line('foot', () => this.foot(width)) : null}
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
}

const unread = { size: 0, following: true, arrived: { bytes: 0, lines: 0 }, error: null }

/** `~` before what was not counted to the last line. */
const numberWords = ({ line, exact }: LineNumber): string => `${exact ? '' : '~'}${line}`
