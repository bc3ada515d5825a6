import { readLength } from '../ics-read.ts'

/** How a feed calls itself, looks, and wants to be read. */
export const hintsOf = (text: string): { name?: string; color?: string; every?: number } => {
  const head = text.slice(0, 20_000).replace(/\r?\n[ \t]/g, '')
  const top = head.slice(0, head.search(/BEGIN:V(EVENT|TIMEZONE)/i) >>> 0)
  const value = (pattern: RegExp): string | undefined => pattern.exec(top)?.[1]?.trim()
  const name = value(/^(?:X-WR-CALNAME|NAME)(?:;[^:\n]*)?:(.*)$/im)
    ?.replace(/\\n/gi, ' ')
    .replace(/\\(.)/g, '$1')
  const color =
    value(/^X-APPLE-CALENDAR-COLOR(?:;[^:\n]*)?:(#[0-9a-f]{6})/im) ?? value(/^COLOR:([a-z]{3,30})\s*$/im)
  const wanted = value(/^(?:REFRESH-INTERVAL|X-PUBLISHED-TTL)(?:;[^:\n]*)?:(P.*)$/im)
  const length = wanted === undefined ? null : readLength(wanted)
  return {
    ...(name ? { name } : {}),
    ...(color ? { color: color.toLowerCase() } : {}),
    ...(length ? { every: Math.min(Math.max(Math.round(length / 1000), 900), 7 * 86_400) } : {}),
  }
}
