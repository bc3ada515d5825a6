import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, test } from 'vitest'
import { createClient } from '../../../src/client/client.ts'
import { overHttp } from '../../../src/connect/over-http.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import { turnRows } from '../../../views/panes/cookbook/chat.tsx'
import { Conversation, partThought } from '../../../views/panes/cookbook/conversation.ts'

const open: { close(): void; closeAllConnections(): void }[] = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** An engine on a socket that answers as it is told. */
async function engine(answer: (response: ServerResponse, asked: IncomingMessage) => void) {
  const heard: { role: string; content: string }[][] = []
  const server = createServer(async (asked, response) => {
    heard.push(JSON.parse(await text(asked)).messages)
    answer(response, asked)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  open.push(server)
  const { port } = server.address() as { port: number }
  let changes = 0
  const client = createClient(overHttp(`http://127.0.0.1:${port}`, 'key'))
  const talk = new Conversation(client, { id: 'one', name: 'one' } as Serve, () => changes++)
  return { talk, heard, changes: () => changes }
}

const event = (delta: object, more: object = {}) =>
  `data: ${JSON.stringify({ choices: [{ delta, finish_reason: null }], ...more })}\n\n`
const end = `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: 'stop' }] })}\n\ndata: ${JSON.stringify(
  {
    choices: [],
    usage: { completion_tokens: 7 },
  },
)}\n\ndata: [DONE]\n\n`

describe('a conversation', () => {
  test('tells what was thought apart, and sends only what was said again', async () => {
    const { talk, heard } = await engine(response => {
      response.write(event({ reasoning_content: 'let me ' }) + event({ reasoning_content: 'see' }))
      response.end(event({ content: 'It is ' }) + event({ content: '4.' }) + end)
    })
    await talk.ask('2+2?')
    expect(talk.turns[0]).toMatchObject({ thought: 'let me see', said: 'It is 4.', state: 'done' })
    expect(talk.turns[0]!.note).toMatch(/^7 tokens {2}[\d.]+ tok\/s {2}first after \d+ ms$/)
    await talk.ask('sure?')
    expect(heard[1]).toEqual([
      { role: 'user', content: '2+2?' },
      { role: 'assistant', content: 'It is 4.' },
      { role: 'user', content: 'sure?' },
    ])
  })

  test('is stopped while it answers: the engine is told, and what came stays', async () => {
    const gone = Promise.withResolvers<void>()
    const { talk } = await engine(response => {
      response.on('close', () => gone.resolve())
      response.write(event({ content: 'for ever ' }))
    })
    const over = talk.ask('go on')
    await expect.poll(() => talk.turns[0]!.said).toBe('for ever ')
    talk.stop()
    await over
    await gone.promise
    expect(talk.turns[0]).toMatchObject({ state: 'stopped', said: 'for ever ' })
    expect(talk.isAnswering).toBe(false)
  })

  test.each([
    [
      'a refusal',
      (response: ServerResponse) =>
        response.writeHead(502).end(JSON.stringify({ error: { code: 'upstream', message: 'too long' } })),
      'too long',
      '',
    ],
    ['a break', (response: ServerResponse) => response.end(event({ content: 'half' })), 'broke off', 'half'],
    [
      'an error in the stream',
      (response: ServerResponse) =>
        response.end(`data: ${JSON.stringify({ error: { message: 'OOM' } })}\n\n`),
      'OOM',
      '',
    ],
    [
      'a lost connection',
      (response: ServerResponse) => {
        response.write(event({ content: 'ha' }), () => response.destroy())
      },
      '',
      'ha',
    ],
  ])('says why after %s, and does not send it again', async (_what, answer, why, said) => {
    let turn = 0
    const { talk, heard } = await engine(response =>
      turn++ === 0 ? void answer(response) : void response.end(event({ content: 'fine' }) + end),
    )
    await talk.ask('first')
    expect(talk.turns[0]).toMatchObject({ state: 'failed', said })
    expect(talk.turns[0]!.note).toContain(why)
    await talk.ask('second')
    expect(heard[1]).toEqual([{ role: 'user', content: 'second' }])
    expect(talk.turns[1]).toMatchObject({ state: 'done', said: 'fine' })
  })
})

test('finds what was thought between tags, wherever they are cut', () => {
  expect(partThought('<think>hm</think>\n\nyes', '')).toEqual({ thought: 'hm', said: 'yes' })
  expect(partThought('hm</think>yes', '')).toEqual({ thought: 'hm', said: 'yes' })
  expect(partThought('<thi', '')).toEqual({ thought: '', said: '' })
  expect(partThought('<think>hm', '')).toEqual({ thought: 'hm', said: '' })
  expect(partThought('a <b>', 'x')).toEqual({ thought: 'x', said: 'a <b>' })
})

test('what a model says orders no terminal about', () => {
  const turn = {
    asked: 'a\x1b[2Jb',
    thought: '\x1b]0;x\x07t',
    said: 'one\n\x1b[31mtwo\x07',
    state: 'done',
    note: '',
  }
  const rows = turnRows(turn as never, 20)
  expect(rows.join('\n').replaceAll(/\x1b\[[\d;]*m/g, '')).toBe('> ab\n  thinking\n  | t\none\ntwo')
})
