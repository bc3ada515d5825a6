import { documents } from '../../src/contract/documents.ts'
import { memory } from '../../src/contract/memory.ts'
import { search } from '../../src/contract/search.ts'
import { type TestWorkspace, testWorkspace } from '../peers/workspace.ts'
import { longestWait, timed } from './parts/waits.ts'
import type { Print } from './run.ts'

export const name = 'search'

const EACH = 50_000
const TURNS = 400

/** From the commonest words of the made-up language to words that nothing has; unfinished ones among them. */
const QUESTIONS = [
  'the',
  'of',
  'the of',
  'the of and',
  'the of and to in',
  't',
  'th',
  'an',
  'gpu',
  'kernel',
  'the kernel',
  'node cluster',
  'w1',
  'wq',
  'the w',
  'missing',
]

export const run = async (print: Print): Promise<void> => {
  const w = await testWorkspace()
  try {
    fill(w)
    const ask = (q: string) => w.client.call(search.find, { q })
    for (const q of QUESTIONS) await ask(q)

    const alone: number[] = []
    const worst = new Map<string, number[]>()
    for (let round = 0; round < TURNS; round++) {
      const q = QUESTIONS[round % QUESTIONS.length]!
      const took = await timed(() => ask(q))
      alone.push(took)
      worst.set(q, [...(worst.get(q) ?? []), took])
    }
    const what = `search, ${(2 * EACH).toLocaleString('en')} memories and documents`
    print({ what: `${what}, p50`, value: quantile(alone, 0.5), unit: 'ms' })
    print({ what: `${what}, p99`, value: quantile(alone, 0.99), unit: 'ms', limit: 20 })
    const [hardest, times] = [...worst].sort(
      ([, one], [, other]) => quantile(other, 0.5) - quantile(one, 0.5),
    )[0]!
    print({
      what: `the same, hardest question '${hardest}', p50`,
      value: quantile(times, 0.5),
      unit: 'ms',
      limit: 20,
    })

    const blocked: number[] = []
    for (let round = 0; round < TURNS; round++)
      blocked.push(await longestWait(() => ask(QUESTIONS[round % QUESTIONS.length]!)))
    print({
      what: 'the longest that anything behind a search waits, p99',
      value: quantile(blocked, 0.99),
      unit: 'ms',
      limit: 20,
    })

    const lists: number[] = []
    for (let round = 0; round < TURNS; round++) {
      const query = { search: QUESTIONS[round % QUESTIONS.length]! }
      lists.push(await timed(() => w.client.call(memory.list, query)))
      lists.push(await timed(() => w.client.call(documents.list, query)))
    }
    print({
      what: 'memory and documents lists with search, p99',
      value: quantile(lists, 0.99),
      unit: 'ms',
      limit: 20,
    })
  } finally {
    await w[Symbol.asyncDispose]()
  }
}

/** Texts of forty words by Zipf's law, written straight into the tables: the doors are measured elsewhere. */
const fill = (w: TestWorkspace): void => {
  const { db } = w.inside.workspace.store
  const language = words()
  const sentence = (): string => Array.from({ length: 40 }, () => language()).join(' ')
  const remember = db.prepare(
    `INSERT INTO memories (id, text, fingerprint, category, source, pinned, uses, created_at, updated_at)
     VALUES (?, ?, ?, 'fact', 'bench', 0, 0, ?, ?)`,
  )
  const version = db.prepare(
    `INSERT INTO document_versions (id, document, version, content, size, note, author, created_at)
     VALUES (?, ?, 1, ?, ?, 'Created', 'bench', ?)`,
  )
  const keep = db.prepare(
    `INSERT INTO documents (id, title, language, preview, size, version, active, archived, created_by, created_at, updated_at)
     VALUES (?, ?, 'markdown', ?, ?, 1, 1, 0, 'bench', ?, ?)`,
  )
  db.transaction(() => {
    for (let turn = 0; turn < EACH; turn++) {
      remember.run(`m${turn}`, sentence(), `f${turn}`, turn, turn)
      const content = sentence()
      version.run(`d${turn}:1`, `d${turn}`, content, content.length, turn)
      keep.run(`d${turn}`, `Paper ${turn} ${language()}`, content.slice(0, 500), content.length, turn, turn)
    }
  })()
}

const words = (): (() => string) => {
  const common = ['the', 'of', 'and', 'to', 'in', 'a', 'gpu', 'node', 'kernel', 'cluster']
  const all = [...common, ...Array.from({ length: 20_000 }, (_, index) => `w${index.toString(36)}`)]
  let seed = 1
  const random = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff
    return seed / 0x7fffffff
  }
  return () => all[Math.min(all.length - 1, Math.floor(Math.exp(random() * Math.log(all.length))) - 1)]!
}

const quantile = (times: readonly number[], share: number): number =>
  times.toSorted((one, other) => one - other)[Math.min(times.length - 1, Math.floor(times.length * share))]!
