// The floor: node:http, the same bearer check, the same SQL on the same database. node bare.ts DATABASE TOKEN
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Database from 'better-sqlite3'

const [file, token, said = '{}'] = process.argv.slice(2) as [string, string, string?]
const same = JSON.parse(said)
const db = new Database(file, { readonly: true })
const digest = createHash('sha256').update(token).digest()
const list = db.prepare(
  'SELECT * FROM todos WHERE archived = ? ORDER BY pinned DESC, updated_at DESC, n DESC LIMIT ?',
)
const server = createServer((request, response) => {
  const given = createHash('sha256')
    .update((request.headers.authorization ?? '').slice(7))
    .digest()
  if (!timingSafeEqual(given, digest)) {
    response.writeHead(401).end()
    return
  }
  const body =
    request.url === '/hello'
      ? JSON.stringify(same)
      : JSON.stringify({ items: list.all(0, 51).slice(0, 50), next: '50' })
  response
    .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body)
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
