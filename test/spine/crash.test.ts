import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, expect, test } from 'vitest'
import { openInside } from '../../src/connect/inside.ts'
import { takeOwnership } from '../../src/workspace/owner.ts'
import { findPaths } from '../../src/workspace/paths.ts'

const ROUNDS = 5
const WRITES = 100
const AT_ONCE = 8

interface Owner {
  process: ChildProcess
  url: string
  key: string
}

const owners = new Set<ChildProcess>()
afterEach(() => {
  for (const owner of owners) owner.kill('SIGKILL')
  owners.clear()
})

const startOwner = async (home: string): Promise<Owner> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../peers/owner.ts')], {
    env: { ...process.env, ITHACA_HOME: home, NODE_OPTIONS: '', NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  owners.add(child)
  for await (const line of createInterface({ input: child.stdout! }))
    return { process: child, ...(JSON.parse(line) as { url: string; key: string }) }
  throw new Error('the owner ended without saying where it listens')
}

interface Written {
  kind: 'todos' | 'documents'
  number: number
}
const bodyOf = ({ kind, number }: Written): object =>
  kind === 'todos'
    ? {
        title: `todo${number}`,
        content: `body ${number} `.repeat(50),
        items: ['one', 'two', `last${number}`],
      }
    : { title: `document${number}`, content: `text ${number} `.repeat(500) }

const write = async (owner: Owner, what: Written): Promise<string | undefined> => {
  try {
    const response = await fetch(`${owner.url}/api/v1/${what.kind}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${owner.key}`,
        'content-type': 'application/json',
        'idempotency-key': `${what.kind}-${what.number}`,
      },
      body: JSON.stringify(bodyOf(what)),
    })
    const answer = (await response.json()) as { id?: string; todo?: { id: string } }
    expect(response.status).toBe(201)
    return answer.todo?.id ?? answer.id
  } catch (error) {
    if (error instanceof TypeError || (error as Error).name === 'SyntaxError') return undefined
    throw error
  }
}

test('killed at any moment, it keeps every write it acknowledged, and none by half', async () => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-crash-'))
  const acknowledged = new Map<string, Written>()
  const doubtful: Written[] = []
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const owner = await startOwner(home)
      const ended = once(owner.process, 'exit')
      const last = Math.floor(Math.random() * (WRITES - AT_ONCE))
      let next = round * WRITES
      let answered = 0
      const writer = async (): Promise<void> => {
        while (next < (round + 1) * WRITES && !owner.process.killed) {
          const what: Written = { kind: next % 2 === 0 ? 'todos' : 'documents', number: next++ }
          const id = await write(owner, what)
          if (id === undefined) doubtful.push(what)
          else acknowledged.set(id, what)
          // Not between two answers: while others are under way, and a moment later each time.
          if (++answered === last) setTimeout(() => owner.process.kill('SIGKILL'), Math.random() * 5)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, writer))
      owner.process.kill('SIGKILL')
      await ended
    }

    const again = await startOwner(home)
    const ended = once(again.process, 'exit')
    const retried = new Map<string, Written>()
    for (const what of doubtful) retried.set((await write(again, what))!, what)
    again.process.kill('SIGKILL')
    await ended

    const paths = findPaths({ ITHACA_HOME: home })
    const ownership = takeOwnership(paths)
    expect(ownership, 'the lock is free').not.toBeNull()
    const inside = await openInside({ paths, version: '0.0.0-test' }, ownership!)
    try {
      const { store, todos, documents } = inside.workspace
      for (const [id, what] of [...acknowledged, ...retried]) {
        const found = what.kind === 'todos' ? todos.get(id) : documents.get(id)
        const wanted = bodyOf(what) as { title: string; content: string; items?: string[] }
        expect(found).toMatchObject({ title: wanted.title, content: wanted.content })
        if ('items' in found) expect(found.items.map(item => item.text)).toEqual(wanted.items)
      }
      const column = (sql: string): unknown[] => store.db.prepare(sql).pluck().all()
      const rows = [...column('SELECT id FROM todos'), ...column('SELECT id FROM documents')].sort()
      expect(rows).toEqual([...acknowledged.keys(), ...retried.keys()].sort())
      expect(
        column(`SELECT object FROM audit WHERE action IN ('todos.add', 'documents.add')`).sort(),
      ).toEqual(rows)
      expect(column('SELECT count(*) FROM answers')).toEqual([rows.length])
      expect(column('SELECT document FROM document_versions').sort()).toEqual(
        column('SELECT id FROM documents').sort(),
      )
      expect(column('PRAGMA integrity_check')).toEqual(['ok'])
      for (const index of ['todos_text', 'documents_text'])
        store.db.exec(`INSERT INTO ${index}(${index}, rank) VALUES ('integrity-check', 1)`)
    } finally {
      await inside.close()
    }
    expect(acknowledged.size).toBeGreaterThan(ROUNDS)
    expect(doubtful.length, 'some were killed under way').toBeGreaterThan(0)
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}, 120_000)
