import { sanitiseText } from '../terminal/sanitise.ts'
import type { Fact } from './chrome.ts'
import type { Shell } from './shell.ts'

/** What the first row says at its right, the most important first. */
export function statusFacts(shell: Shell): Fact[] {
  const { live, world } = shell
  const facts: Fact[] = []
  const lost = live.link?.lost ?? live.lost
  if (lost) facts.push({ text: `LOST ${sanitiseText(lost.reason).slice(0, 60)}`, tone: 'bad' })
  const asking = world.approvals.items.length
  if (asking > 0) facts.push({ text: `ask!${asking}`, tone: 'warn' })
  if (shell.readOnly) facts.push({ text: 'READ ONLY', tone: 'warn' })
  const hosts = world.hosts.items
  const up = hosts.filter(({ reach }) => reach.state !== 'unreachable').length
  const hostsUp = { text: `hosts ${up}/${hosts.length}`, tone: up < hosts.length ? 'warn' : 'quiet' } as const
  if (world.hosts.isRead && up < hosts.length) facts.push(hostsUp)
  if (!live.link) facts.push({ text: 'opening', tone: 'quiet' })
  else facts.push({ text: apiOf(live.link.url, live.link.mode), tone: 'quiet' })
  if (world.hosts.isRead && up === hosts.length) facts.push(hostsUp)
  const next = world.status.value?.next_reminder
  if (next) facts.push({ text: `${clock(next.at)} ${sanitiseText(next.title).slice(0, 30)}`, tone: 'quiet' })
  return facts
}

function apiOf(url: string, mode: string): string {
  const port = /:(\d+)\/?$/.exec(url)?.[1]
  const where = mode === 'remote' ? url.replace(/^https?:\/\//, '') : port ? `:${port}` : 'here'
  return `api ${where}${mode === 'attached' ? ' daemon' : ''}`
}

/** A time today as it is, another day with its date. */
function clock(at: number): string {
  const then = new Date(at)
  const two = (n: number) => String(n).padStart(2, '0')
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`
  return then.toDateString() === new Date().toDateString()
    ? time
    : `${two(then.getMonth() + 1)}-${two(then.getDate())} ${time}`
}
