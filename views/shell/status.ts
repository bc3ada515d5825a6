import { dayOf, timeOf, zoneOf } from '../panes/days.ts'
import { age } from '../panes/words.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { cut } from '../widgets/text.ts'
import type { Fact, Tab } from './chrome.ts'
import type { Shell } from './shell.ts'

export const tabsOf = (shell: Shell): Tab[] =>
  shell.panes.map(one => ({ tab: one.tab, badge: one.badge?.() ?? '', current: one === shell.pane }))

/** What the first row says at its right, the most important first. */
export function statusFacts(shell: Shell): Fact[] {
  const { live, world } = shell
  const facts: Fact[] = []
  const lost = live.link?.lost ?? live.lost
  if (lost) facts.push({ text: `LOST ${sanitiseText(lost.reason).slice(0, 60)}`, tone: 'bad' })
  else if (live.waiting > 0) facts.push({ text: 'waiting', tone: 'warn' })
  const asking = world.approvals.items.length
  if (asking > 0) facts.push({ text: `ask!${asking}`, tone: 'warn' })
  if (live.apart > 0) facts.push({ text: `clocks ${age(live.apart)} apart`, tone: 'warn' })
  const version = world.status.value?.version
  if (version && version !== shell.host.version)
    facts.push({ text: `api is ${sanitiseText(version)}`, tone: 'warn' })
  if (shell.readOnly) facts.push({ text: 'READ ONLY', tone: 'warn' })
  const hosts = world.hosts.items
  const up = hosts.filter(({ reach }) => reach.state !== 'unreachable').length
  const counted = `hosts ${up}/${hosts.length}`
  const hostsUp: Fact = {
    text: `${counted} up`,
    short: counted,
    tone: up < hosts.length ? 'warn' : 'quiet',
  }
  // Whose machine it is goes before what can be seen in the list.
  const hostsFirst = up < hosts.length && live.link?.mode !== 'remote'
  if (world.hosts.isRead && hostsFirst) facts.push(hostsUp)
  if (!live.link) facts.push({ text: 'opening', tone: 'quiet' })
  else facts.push({ ...apiOf(live.link.url, live.link.mode), tone: 'quiet' })
  if (shell.mouse.isOn) facts.push({ text: 'mouse', tone: 'quiet' })
  if (world.hosts.isRead && !hostsFirst) facts.push(hostsUp)
  const next = nextReminder(shell)
  if (next !== '') facts.push({ text: next, tone: 'quiet' })
  return facts
}

const soon = 3_600_000

/** What rings next, where the first row has no room for it and it rings within the hour. */
export function reminderSoon(shell: Shell): string {
  const next = shell.world.status.value?.next_reminder
  return next && next.at - Date.now() < soon ? nextReminder(shell) : ''
}

function nextReminder(shell: Shell): string {
  const next = shell.world.status.value?.next_reminder
  if (!next) return ''
  const zone = zoneOf(shell)
  const [day, today] = [dayOf(next.at, zone), dayOf(Date.now(), zone)]
  const when = day === today ? '' : `${day.slice(5)} `
  return `${when}${timeOf(next.at, zone)} ${cut(sanitiseText(next.title), 30, shell.glyphs.more)}`
}

function apiOf(url: string, mode: string): Omit<Fact, 'tone'> {
  if (mode === 'remote') return farOf(url)
  const port = /:(\d+)\/?$/.exec(url)?.[1]
  const where = port ? `:${port}` : 'here'
  return mode === 'attached'
    ? { text: `api ${where} daemon`, short: `${where} daemon` }
    : { text: `api ${where}` }
}

/** Another machine, by its whole address, or by what it is called. */
function farOf(url: string): Omit<Fact, 'tone'> {
  const address = sanitiseText(url.replace(/^\w+:\/\//, '').replace(/\/$/, ''))
  return { text: `api ${address}`, short: address.replace(/^.*@/, '').replace(/:\d+$/, '') }
}
