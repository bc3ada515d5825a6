import { toWidth, wrapText } from './text.ts'
import { type Tone, toned } from './theme.ts'

export type Level = 'info' | 'good' | 'warn' | 'bad'

export interface Toast {
  id: number
  level: Level
  text: string
  /** How often it was said in a row. */
  times: number
  /** When it goes away by itself; null stays until it is dismissed. */
  until: number | null
  /** What it is about: the next about the same takes its place. */
  topic?: string
}

/** Something that was said, and when it was the last time. */
export interface Said {
  level: Level
  text: string
  times: number
  at: number
}

const shownAtOnce = 3
const keptAtMost = 200
const lasts: Record<Level, number | null> = { info: 4000, good: 4000, warn: 8000, bad: null }
/** Trouble that is told about a topic has a place of its own, where it stays. */
const toldFor = 12_000
const words: Record<Level, { sign: string; tone: Tone }> = {
  info: { sign: 'note', tone: 'plain' },
  good: { sign: 'done', tone: 'good' },
  warn: { sign: 'warning', tone: 'warn' },
  bad: { sign: 'failed', tone: 'bad' },
}

/** Says something: the same said again counts up instead of piling up, and only a few are shown. */
export function addToast(
  toasts: readonly Toast[],
  level: Level,
  text: string,
  now: number,
  topic?: string,
): Toast[] {
  const life = lasts[level] ?? (topic === undefined ? null : toldFor)
  const until = life === null ? null : now + life
  const about = topic === undefined ? undefined : toasts.find(toast => toast.topic === topic)
  if (about) return toasts.map(toast => (toast === about ? { ...toast, level, text, until } : toast))
  const same = toasts.find(toast => toast.level === level && toast.text === text)
  if (same) return toasts.map(toast => (toast === same ? { ...toast, times: toast.times + 1, until } : toast))
  const id = Math.max(0, ...toasts.map(toast => toast.id)) + 1
  const added = { id, level, text, times: 1, until, ...(topic === undefined ? {} : { topic }) }
  return [...withRoom(toasts, until !== null), added]
}

/** The oldest goes where there is no room: a failure only for another, since it waits to be dismissed. */
function withRoom(toasts: readonly Toast[], isPassing: boolean): readonly Toast[] {
  if (toasts.length < shownAtOnce) return toasts
  const gone = toasts.find(({ until }) => until !== null) ?? (isPassing ? undefined : toasts[0])
  return toasts.filter(toast => toast !== gone)
}

export function expireToasts(toasts: readonly Toast[], now: number): readonly Toast[] {
  const left = toasts.filter(({ until }) => until === null || until > now)
  return left.length === toasts.length ? toasts : left
}

/** When the next one goes; nothing has to be looked at before. */
export function nextExpiry(toasts: readonly Toast[]): number | null {
  const times = toasts.flatMap(({ until }) => until ?? [])
  return times.length === 0 ? null : Math.min(...times)
}

/** What was said, for whoever looks later: the newest last, a repeated one once. */
export function keepSaid(said: readonly Said[], level: Level, text: string, at: number): readonly Said[] {
  const others = said.filter(one => one.level !== level || one.text !== text)
  const times = (said.find(one => one.level === level && one.text === text)?.times ?? 0) + 1
  return [...others, { level, text, times, at }].slice(-keptAtMost)
}

/** The rows a toast takes, whole as far as these many reach. */
export function toastRows(toast: Toast, width: number, atMost: number, more: string): string[] {
  const { text, tone } = toastLine(toast)
  const rows = wrapText(text, Math.max(1, width))
  const shown = rows.length > atMost ? [...rows.slice(0, atMost - 1), rows.slice(atMost - 1).join(' ')] : rows
  return shown.map(row => toned(toWidth(row, width, 'left', more), tone))
}

/** A toast in words; its level is said, not only coloured. */
export function toastLine({ level, text, times }: Pick<Toast, 'level' | 'text' | 'times'>): {
  text: string
  tone: Tone
} {
  const { sign, tone } = words[level]
  return { text: `${sign}: ${text}${times > 1 ? ` (${times} times)` : ''}`, tone }
}
