import { randomBytes } from 'node:crypto'
import type { Ask, Host } from './host.ts'

/** Runs several small scripts in one question; the answer holds what each of them printed. */
export async function gather<K extends string>(
  host: Host,
  scripts: Record<K, string>,
  options: Ask = {},
): Promise<Record<K, string>> {
  const mark = randomBytes(8).toString('hex')
  const names = Object.keys(scripts) as K[]
  const parts = names.map(name => `printf '\\n${mark}\\n'; ( ${scripts[name]}\n) 2>&1 </dev/null`)
  const { stdout } = await host.ask(parts.join('\n'), options)
  const said = stdout.toString('utf8').split(`\n${mark}\n`).slice(1)
  return Object.fromEntries(names.map((name, n) => [name, (said[n] ?? '').trim()])) as Record<K, string>
}

/** One line of `hosts test`: what was looked at, what was found, and what to do about it. */
export interface ProbeStep {
  id: string
  ok: boolean | 'warn' | 'skip'
  title: string
  detail: string
  advice: string
}

export const good = (id: string, title: string, detail: string): ProbeStep => ({
  id,
  ok: true,
  title,
  detail,
  advice: '',
})
export const skipped = (id: string, title: string, detail: string): ProbeStep => ({
  id,
  ok: 'skip',
  title,
  detail,
  advice: '',
})
export const warn = (id: string, title: string, detail: string, advice: string): ProbeStep => ({
  id,
  ok: 'warn',
  title,
  detail,
  advice,
})
export const bad = (id: string, title: string, detail: string, advice: string): ProbeStep => ({
  id,
  ok: false,
  title,
  detail,
  advice,
})

export function size(kib: number): string {
  if (kib >= 1 << 30) return `${(kib / (1 << 30)).toFixed(1)} TiB`
  return kib >= 1 << 20 ? `${(kib / (1 << 20)).toFixed(1)} GiB` : `${Math.round(kib / 1024)} MiB`
}

/** The rows of `df -Pk`, without the head. */
export function readDf(text: string): { total: number; free: number; mount: string }[] {
  return text.split('\n').flatMap(line => {
    const match = /\s(\d+)\s+\d+\s+(\d+)\s+\d+%\s+(\/.*)$/.exec(line)
    return match ? [{ total: Number(match[1]), free: Number(match[2]), mount: match[3]! }] : []
  })
}
