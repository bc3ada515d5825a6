import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createClient } from '../../src/client/client.ts'
import { connectRemote } from '../../src/connect/connect.ts'
import { todos } from '../../src/contract/todos.ts'

const page = '<html><body><h1>Hello</h1></body></html>'

test.each<[string, number, Record<string, string>, string, string]>([
  [
    'leads elsewhere',
    301,
    { location: 'https://other.example/x', 'content-type': 'text/html' },
    page,
    'it answered 301, which leads to https://other.example/x',
  ],
  ['shows a page', 200, { 'content-type': 'text/html; charset=utf-8' }, page, 'it answered text/html'],
  ['knows nothing of it', 404, { 'content-type': 'text/html' }, page, 'it answered 404'],
  ['says nothing', 200, {}, '', 'it answered nothing that can be read'],
])(
  'somebody else at that address, who %s, is not taken for Ithaca',
  async (_who, status, headers, body, said) => {
    const server = createServer((_asked, answer) => answer.writeHead(status, headers).end(body))
    await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const way = connectRemote(url, 'ith_token')
    try {
      await expect(createClient(way.carry).call(todos.list, {})).rejects.toThrow(
        `That is not Ithaca: ${said}. Look at the address.`,
      )
    } finally {
      await way.close()
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    }
  },
)

test.each<[number, string, string]>([
  [502, 'text/html', '<html><body><center>nginx</center></body></html>'],
  [503, 'text/plain', 'upstream connect error'],
  [503, 'application/json', '{"message":"no upstream"}'],
  [504, 'text/html', ''],
])(
  'a gateway that answers %i for Ithaca, with %s, is told from a wrong address',
  async (status, type, body) => {
    const answer = new Response(body, { status, headers: { 'content-type': type } })
    await expect(createClient(async () => answer).call(todos.list, {})).rejects.toThrow(
      `Something in front of Ithaca answered ${status}, and Ithaca did not.`,
    )
  },
)

test('what Ithaca itself says of a gateway is what was said', async () => {
  const answer = Response.json(
    { error: { code: 'upstream', message: 'The mail server hung up.' } },
    { status: 502 },
  )
  await expect(createClient(async () => answer).call(todos.list, {})).rejects.toThrow(
    'The mail server hung up.',
  )
})

test('an answer that breaks off is not taken for the whole, nor for a stranger', async () => {
  const server = createServer((_asked, answer) => {
    answer.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' })
    answer.write('{"items":[', () => answer.destroy())
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  const way = connectRemote(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'ith_token')
  try {
    await expect(createClient(way.carry).call(todos.list, {})).rejects.toThrow('The answer was cut short.')
  } finally {
    await way.close()
    await new Promise(done => server.close(done))
  }
})
