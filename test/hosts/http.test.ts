import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { readBody, request } from '../../src/hosts/http.ts'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'

it('keeps as many connections as were in use at once, and opens no more for the next ones', async () => {
  const server = createServer((_asked, answer) => void answer.end('{}')).listen(0, '127.0.0.1')
  let opened = 0
  server.on('connection', () => {
    opened += 1
  })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const host = new Machine('local', 'local', async () => openLocal())
  try {
    for (let wave = 0; wave < 5; wave++)
      await Promise.all(
        Array.from({ length: 16 }, async () => readBody(await request(host, port, { path: '/' }))),
      )
    expect(opened).toBe(16)
  } finally {
    host.close()
    server.close()
    server.closeAllConnections()
  }
})
