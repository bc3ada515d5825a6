import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { commandChannel } from '../../src/notify/channels/command.ts'
import { ntfyChannel } from '../../src/notify/channels/ntfy.ts'
import { filled, webhookChannel } from '../../src/notify/channels/webhook.ts'
import { openNotify, type Telling } from '../../src/notify/notify.ts'
import { quietUntil } from '../../src/notify/quiet.ts'
import { openChanges } from '../../store/changes.ts'
import { openStore } from '../../store/database.ts'
import { openNotify as openNotifyStore } from '../../store/notify.ts'

const START = Date.parse('2026-11-20T12:00:00Z')

const setUp = (options: {
  webhook?: string
  ntfy?: string
  command?: string[]
  quiet?: string
  file?: string
  blockPrivate?: boolean
}) => {
  let at = START
  const store = openStore(options.file ?? ':memory:')
  const changes = openChanges(store, () => at)
  const said: string[] = []
  changes.subscribe(events => said.push(...events.map(event => event.action)))
  const notify = openNotify({
    store: openNotifyStore(store),
    changes,
    now: () => at,
    zone: () => 'UTC',
    settings: () => ({ channels: ['events'], quiet: options.quiet }),
    channels: [
      commandChannel(() => options.command),
      ntfyChannel(
        () => (options.ntfy ? { url: options.ntfy, topic: 't', token: 'secret', priority: 4 } : undefined),
        () => options.blockPrivate ?? false,
      ),
      webhookChannel(
        () => (options.webhook ? { url: options.webhook, headers: {} } : undefined),
        () => options.blockPrivate ?? false,
      ),
    ],
  })
  const telling = (key: string, channels: string[]): Telling => ({
    key,
    channels,
    kind: 'reminder',
    title: 'Call "Ann"',
    body: 'über\nlunch',
    priority: 'normal',
    late: false,
    noun: 'todo',
    object: 't1',
    due_at: at,
    urgent: false,
  })
  const states = () =>
    Object.fromEntries(notify.list({ state: 'all', limit: 50 }).items.map(item => [item.channel, item.state]))
  return { notify, telling, states, said, store, advance: (ms: number) => (at += ms) }
}

const server = async (answer: (request: IncomingMessage, response: ServerResponse, body: string) => void) => {
  const heard: { body: string; headers: IncomingMessage['headers'] }[] = []
  const http = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      heard.push({ body, headers: request.headers })
      answer(request, response, body)
    })
  })
  await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/`,
    heard,
    close: () => {
      http.closeAllConnections()
      return new Promise(resolve => http.close(resolve))
    },
  }
}

test('the same thing is told once', async () => {
  const { notify, telling, said } = setUp({})
  expect(notify.tell(telling('a', ['terminal']))).toBe(true)
  expect(notify.tell(telling('a', ['terminal']))).toBe(false)
  expect(said.filter(action => action === 'notify.tell')).toHaveLength(1)
})

test('ntfy and a webhook get it whole, in any language', async () => {
  const there = await server((_request, response) => response.end('{}'))
  const { notify, telling, states } = setUp({ ntfy: there.url, webhook: there.url })
  notify.tell(telling('a', ['ntfy', 'webhook']))
  await notify.round()
  expect(states()).toMatchObject({ ntfy: 'sent', webhook: 'sent' })
  const bodies = there.heard.map(one => JSON.parse(one.body))
  expect(bodies).toContainEqual(
    expect.objectContaining({ topic: 't', title: 'Call "Ann"', message: 'über\nlunch' }),
  )
  expect(bodies).toContainEqual({
    title: 'Call "Ann"',
    message: 'über\nlunch',
    kind: 'reminder',
    late: false,
  })
  expect(there.heard.some(one => one.headers.authorization === 'Bearer secret')).toBe(true)
  await there.close()
})

test('a refusal is tried again later and ends as failed; a wrong request is not tried again', async () => {
  let status = 503
  const there = await server((_request, response) => response.writeHead(status).end())
  const { notify, telling, states, advance } = setUp({ webhook: there.url })
  notify.tell(telling('a', ['webhook']))
  for (const wait of [10_000, 60_000, 300_000, 1_800_000, 7_200_000]) {
    await notify.round()
    expect(states().webhook).toBe('pending')
    await notify.round()
    advance(wait)
  }
  await notify.round()
  expect(states().webhook).toBe('failed')
  expect(there.heard).toHaveLength(6)
  status = 404
  notify.tell(telling('b', ['webhook']))
  await notify.round()
  expect(there.heard).toHaveLength(7)
  expect(notify.list({ state: 'failed', limit: 9 }).items).toHaveLength(2)
  await there.close()
})

test('a lost answer is unknown, and not sent again', async () => {
  const there = await server((_request, response) => void response.destroy())
  const { notify, telling, states, advance } = setUp({ webhook: there.url })
  notify.tell(telling('a', ['webhook']))
  await notify.round()
  expect(states().webhook).toBe('unknown')
  advance(86_400_000)
  await notify.round()
  expect(there.heard).toHaveLength(1)
  await there.close()
})

test('what was being sent when the process died is unknown afterwards', () => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-notify-'))
  const file = join(home, 'x.db')
  const first = setUp({ file })
  first.notify.tell(first.telling('a', ['webhook']))
  first.store.sql(`UPDATE deliveries SET state = 'sending', next_at = NULL WHERE channel = 'webhook'`).run()
  first.store.close()
  const second = setUp({ file })
  second.notify.recover()
  expect(second.states().webhook).toBe('unknown')
  second.store.close()
  rmSync(home, { recursive: true })
})

test('metadata and link-local addresses are refused, private ones when asked, redirects not followed', async () => {
  for (const url of [
    'http://169.254.169.254/latest',
    'http://[fe80::1]/',
    'http://[fd00:ec2::254]/',
    'http://0.0.0.0/',
    'http://[::ffff:169.254.169.254]/',
    'file:///etc/passwd',
  ]) {
    const { notify, telling, states } = setUp({ webhook: url })
    notify.tell(telling('a', ['webhook']))
    await notify.round()
    expect(states().webhook, url).toBe('failed')
  }
  const there = await server((_request, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  )
  const moved = setUp({ webhook: there.url })
  moved.notify.tell(moved.telling('a', ['webhook']))
  await moved.notify.round()
  expect(moved.states().webhook).toBe('failed')
  const blocked = setUp({ webhook: there.url, blockPrivate: true })
  blocked.notify.tell(blocked.telling('a', ['webhook']))
  await blocked.notify.round()
  expect(blocked.states().webhook).toBe('failed')
  expect(there.heard).toHaveLength(1)
  await there.close()
})

test('a command gets it on its standard input; its failure is told', async () => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-notify-'))
  const target = join(home, 'out')
  const works = setUp({ command: ['sh', '-c', `cat > ${target}; test -n "$ITHACA_TITLE"`] })
  works.notify.tell(works.telling('a', ['command']))
  await works.notify.round()
  expect(works.states().command).toBe('sent')
  expect(JSON.parse(readFileSync(target, 'utf8')).title).toBe('Call "Ann"')
  writeFileSync(target, '')
  const fails = setUp({ command: ['sh', '-c', 'echo no bell >&2; exit 3'] })
  fails.notify.tell(fails.telling('a', ['command']))
  await fails.notify.round()
  expect(fails.notify.list({ state: 'pending', limit: 5 }).items[0]?.reason).toContain('no bell')
  rmSync(home, { recursive: true })
})

test('quiet hours hold it back until they end', () => {
  const zone = 'Europe/Berlin'
  const at = (text: string) => Date.parse(text)
  expect(quietUntil(at('2026-11-20T22:30:00+01:00'), '22:00-07:00', zone)).toBe(
    at('2026-11-21T07:00:00+01:00'),
  )
  expect(quietUntil(at('2026-11-20T06:59:00+01:00'), '22:00-07:00', zone)).toBe(
    at('2026-11-20T07:00:00+01:00'),
  )
  expect(quietUntil(at('2026-11-20T07:00:00+01:00'), '22:00-07:00', zone)).toBeNull()
  expect(quietUntil(at('2026-11-20T12:30:00+01:00'), '12:00-13:00', zone)).toBe(
    at('2026-11-20T13:00:00+01:00'),
  )
  expect(quietUntil(at('2026-03-28T23:00:00+01:00'), '22:00-07:00', zone)).toBe(
    at('2026-03-29T07:00:00+02:00'),
  )
})

test('a template cannot be broken out of', () => {
  const message = {
    title: '"}, "x": "',
    body: '\\',
    kind: 'k',
    priority: 'normal' as const,
    late: true,
    noun: 'n',
    object: 'o',
  }
  expect(
    JSON.parse(filled('{"a": "{{title}}{{ message }}", "l": {{late}}, "u": "{{unknown}}"}', message)),
  ).toEqual({
    a: '"}, "x": "\\',
    l: true,
    u: '{{unknown}}',
  })
})
