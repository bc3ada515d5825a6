import { setTimeout as pause } from 'node:timers/promises'
import { access } from '../../../src/contract/access.ts'
import { calendar, calendars } from '../../../src/contract/calendar.ts'
import { documents } from '../../../src/contract/documents.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import { memory } from '../../../src/contract/memory.ts'
import { presets } from '../../../src/contract/presets.ts'
import { todos } from '../../../src/contract/todos.ts'
import { openHosts } from '../../../store/hosts.ts'
import type { TestKitchen } from '../../peers/kitchen.ts'
import type { TestWorkspace } from '../../peers/workspace.ts'

/** Text that would take a terminal over, widen a row, hide what follows, or pass for a part of the screen. */
export const texts = [
  '\x1b[2J\x1b]0;owned\x07\x1b[5;5Hhere\x1bc\x9b31m\x1b[?1049l\x1bPtmux;\x1b\\ end',
  '👩‍👩‍👧‍👦 🇩🇪🇫🇷 ❤️ ☺︎ 1️⃣ 👍🏽 family',
  'cafe\u0301 Z\u0351\u0357\u0367\u036f\u0489algo ก็่๋ น้ำ ນ້ຳ क्षमा',
  'עברית \u202eabc\u202c العربية \u2066x\u2069',
  '漢字かな交じり文 ｶﾀｶﾅ 한국어 \u1100\u1100\u1161',
  'a\tb\r\nc\u2028d\x07\x08\x0b\x7f \x1b[31mred \x1b[',
  `${'漢'.repeat(40)}${'x'.repeat(40)}`,
  '\uf3f0\uf3f1\uf3f2 \ufeff\u200b\u00ad marks',
]

const bare = (text: string) => text.replace(/[^\p{L}\p{N}]+/gu, '').slice(0, 20)

/** As it was saved when nobody asked whether ssh could be told it. */
function formerHost({ inside: { workspace } }: TestWorkspace, text: string): void {
  const like = workspace.cookbook.machines.at('local').settings
  const host = { ...like, id: 'former', name: text, target: text, created_at: 0 }
  workspace.changes.write({ actor: 'operator' }, tx => openHosts(workspace.store).put(tx, host))
}

/** One of every noun for every hostile text, through the API as an agent would. Answers what was refused, by noun. */
export async function furnish({ w, launch }: TestKitchen): Promise<Map<string, number>> {
  const made = new Map<string, number>()
  const make = async (noun: string, doing: Promise<unknown>) => {
    const done = await doing.then(
      () => 1,
      () => 0,
    )
    made.set(noun, (made.get(noun) ?? 0) + done)
  }
  const { client } = w
  const secret = await w.token('asks', [], { ask: ['todos:write'] })
  const today = new Date().toISOString().slice(0, 10)
  formerHost(w, texts[0]!)
  for (const text of texts) {
    await make(
      'todo',
      client.call(todos.add, { title: text, due: today, label: bare(text), items: [text, text] }),
    )
    await make('note', client.call(todos.add, { title: text, content: `${text}\n\n${text}` }))
    await make('memory', client.call(memory.add, { text: `${text} ${text}` }))
    await make('calendar', client.call(calendars.add, { name: text }))
    await make(
      'event',
      client.call(calendar.add, {
        summary: text,
        start: `${today}T12:00`,
        location: text,
        description: text,
      }),
    )
    await make(
      'document',
      client.call(documents.add, {
        title: text,
        language: 'markdown',
        content: `# ${text}\n\n- **${text}**\n\n\`\`\`\n${text}\n\`\`\`\n\n| a | ${text} |\n| - | - |\n| ${text} | b |\n`,
      }),
    )
    await make('token', client.call(access.create, { name: text, scopes: ['todos:read'] }))
    await make(
      'host',
      client.call(hosts.add, { name: text, target: `someone@box-${made.get('note')}.invalid` }),
    )
    await make('preset', client.call(presets.save, { name: text, cmd: `vllm serve 'org/${bare(text)}'` }))
    // It waits for the answer of a person who never gives one.
    w.as(secret)
      .call(todos.add, { title: text, content: text })
      .catch(() => undefined)
  }
  for (const name of texts.slice(0, 3))
    await make('serve', launch('vllm serve deepseek-ai/DeepSeek-V3 --max-model-len 98304', { name }))
  await pause(100)
  made.set('approval', (await client.call(access.approvals, {})).items.length)
  return made
}

/** What the compositor may write: text, and these sequences. Anything else came from outside. */
const ours =
  /\x1b\[\?2026[hl]|\x1b\[[\d;]*m|\x1b\[(?:\d+(?:;\d+)?)?[HGCDKrSTLMJ]|\r\n|\x1b\]52;c;[A-Za-z0-9+/=]*\x07|\x07/g

const outside = /(?:[\0-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\uf3f0-\uf3ff]|\u200d).{0,12}/gsu

/** What of these bytes is neither text nor a sequence of the compositor's own. */
export function strange(bytes: string): string[] {
  return bytes.replace(ours, '').match(outside) ?? []
}

/** Of each box on the screen the first row that breaks its sides, null where they are straight. Where boxes have corners of their own, a `+-` is what somebody typed. */
function* boxes(rows: readonly string[][], unicode: boolean): Generator<string | null> {
  const corners: Record<string, [string, string]> = unicode ? { '┌': ['┐', '│'] } : { '+': ['+', '|'] }
  for (const [y, row] of rows.entries())
    for (const [x, cell] of row.entries()) {
      const corner = corners[cell]
      if (!corner || !/^[─-]$/.test(row[x + 1] ?? '')) continue
      const end = row.indexOf(corner[0], x + 1)
      if (end < 0 || (cell === '+' && rows[y - 1]?.[x] === '|')) continue
      yield brokenSide(rows, [x, end], y, corner[1])
    }
}

function brokenSide(
  rows: readonly string[][],
  [left, right]: [number, number],
  top: number,
  side: string,
): string | null {
  for (let y = top + 1; y < rows.length; y++) {
    const row = rows[y]!
    if ('└+'.includes(row[left]!)) break
    if (row[left] !== side || row[right] !== side) return `row ${y}: ${row.join('')}`
  }
  return null
}

/** The first row that breaks the side of a box; null where all of them are straight. */
export const crooked = (rows: readonly string[][], unicode = true): string | null =>
  [...boxes(rows, unicode)].find(broken => broken !== null) ?? null

/** Whether one box is straight: the uppermost of several, whose others it may cover. */
export const oneStands = (rows: readonly string[][]): boolean => [...boxes(rows, true)].includes(null)
