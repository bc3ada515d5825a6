import type { Tone } from './theme.ts'

export type Level = 'info' | 'good' | 'warn' | 'bad'

export interface Toast {
  id: number
  level: Level
  text: string
  /** How often it was said in a row. */
  times: number
  /** When it goes away by itself; null stays until it is dismissed. */
  until: number | null
}

const shownAtOnce = 3
const lasts: Record<Level, number | null> = { info: 4000, good: 4000, warn: 8000, bad: null }
const words: Record<Level, { sign: string; tone: Tone }> = {
  info: { sign: 'note', tone: 'plain' },
  good: { sign: 'done', tone: 'good' },
  warn: { sign: 'warning', tone: 'warn' },
  bad: { sign: 'failed', tone: 'bad' },
}

/** Says something: the same said again counts up instead of piling up, and only the last few are shown. */
export function addToast(toasts: readonly Toast[], level: Level, text: string, now: number): Toast[] {
  const life = lasts[level]
  const until = life === null ? null : now + life
  const same = toasts.find(toast => toast.level === level && toast.text === text)
  if (same) return toasts.map(toast => (toast === same ? { ...toast, times: toast.times + 1, until } : toast))
  const id = Math.max(0, ...toasts.map(toast => toast.id)) + 1
  return [...toasts, { id, level, text, times: 1, until }].slice(-shownAtOnce)
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

/** A toast in words; its level is said, not only coloured. */
export function toastLine({ level, text, times }: Toast): { text: string; tone: Tone } {
  const { sign, tone } = words[level]
  return { text: `${sign}: ${text}${times > 1 ? ` (${times} times)` : ''}`, tone }
}
