import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Action } from '../../../views/actions/registry.ts'
import type { Shell } from '../../../views/shell/shell.ts'
import { sanitiseText } from '../../../views/terminal/sanitise.ts'
import { type TestKitchen, testKitchen } from '../../peers/kitchen.ts'
import { crooked, furnish, strange, texts } from './hostile.ts'
import { ScreenStage } from './screen-stage.tsx'

let kitchen: TestKitchen
let made: Map<string, number>
beforeAll(async () => {
  kitchen = await testKitchen()
  made = await furnish(kitchen)
}, 60_000)
afterAll(() => kitchen[Symbol.asyncDispose]())

test('every noun takes hostile text, so that the screen has to', () => {
  for (const [noun, count] of made) expect(count, noun).toBeGreaterThan(0)
})

const looks = [
  { size: { cols: 80, rows: 24 }, depth: 'true' as const, unicode: true },
  { size: { cols: 80, rows: 24 }, depth: 'mono' as const, unicode: false },
  { size: { cols: 200, rows: 50 }, depth: '16' as const, unicode: true },
  { size: { cols: 200, rows: 50 }, depth: 'mono' as const, unicode: true },
]

/** Leaving ends the walk; the rest of these take the terminal away or wait for something outside. */
const elsewhere = /^(screen\.(leave|quit|palette|agent-token|first-steps)|move\.)/

describe.each(looks)('hostile text at $size.cols x $size.rows, $depth, unicode $unicode', look => {
  test('leaves every pane, dialog, form and palette whole, and never arrives raw', {
    timeout: 120_000,
  }, async () => {
    const raw: string[] = []
    const tried = new Set<string>()
    using on = new ScreenStage(kitchen.w.inside.carry, look.size, {
      ...look,
      wrote: bytes => raw.push(...strange(bytes)),
    })
    const whole = async (where: string) => {
      await on.settled()
      await same(on, where)
      expect(raw, `${where}: raw on the wire`).toEqual([])
      expect(crooked(on.screen.cells(), look.unicode), `${where}\n${on.screen.text()}`).toBeNull()
      expect(on.screen.text(), where).not.toContain('cannot be drawn')
      if (!look.unicode) expect(on.screen.text(), where).toMatch(/^[\x20-\x7e\n]*$/)
    }
    await on.until(/^.{1,4} local/m)
    for (const pane of on.shell.panes) {
      on.shell.go(pane.id)
      on.send('g')
      await whole(pane.id)
      for (let row = 0; row < 4; row++) {
        on.send('j')
        await whole(`${pane.id}, row ${row}`)
      }
      for (const side of ['list', 'detail'] as const) {
        on.shell.go(pane.id, side)
        await whole(`${pane.id}, its ${side}`)
        for (const action of actionsOf(on.shell).filter(({ id }) => !tried.has(id))) {
          tried.add(action.id)
          await on.shell.router.run(action)
          await whole(`${pane.id}, ${action.id}`)
          await closed(on)
          on.shell.go(pane.id, side)
        }
      }
    }
    on.shell.go('hosts', 'list')
    on.send('g')
    for (const text of texts) {
      on.send('jr')
      await whole(`the form of the host ${JSON.stringify(text)}`)
      await closed(on)
    }
    for (const text of texts) {
      on.send(`\x1b[200~${text}\x1b[201~`)
      on.shell.toast('bad', text)
      on.send(':')
      on.send(`\x1b[200~${text}\x1b[201~`)
      await whole('the palette')
      await closed(on)
      on.send(`+\x1b[200~${text}\x1b[201~`)
      await whole('a line')
      await closed(on)
    }
    on.shell.show('Messages', () => [])
    await whole('a page')
  })
})

const actionsOf = (shell: Shell): readonly Action<Shell, never>[] =>
  shell.actions.in(shell.places).filter(({ id }) => !elsewhere.test(id))

async function closed(on: ScreenStage): Promise<void> {
  for (let turn = 0; turn < 20 && (on.shell.overlays.length > 0 || on.shell.line); turn++) {
    on.shell.overlays.at(-1)?.cancel()
    on.shell.line?.cancel()
    await on.settled()
  }
  expect(on.shell.overlays).toHaveLength(0)
}

/** What was drawn bit by bit is what a terminal shows that is drawn anew; what changes meanwhile gives another try. */
async function same(on: ScreenStage, where: string): Promise<void> {
  for (let turn = 0; ; turn++) {
    const before = on.screen.rows()
    on.compositor.repaint()
    await on.settled()
    const after = on.screen.rows()
    if (before.join('\n') === after.join('\n')) return
    if (turn === 5) expect(before, `${where}: differs from what a fresh terminal shows`).toEqual(after)
  }
}

test('a form keeps its sides straight around wide letters, marks and joined emoji on the smallest screen', async () => {
  using on = new ScreenStage(kitchen.w.inside.carry, { cols: 40, rows: 10 })
  await on.until(/^.{1,4} local/m)
  const wide = [
    '👩‍👩‍👧‍👦 family 👩🏽‍💻',
    'é̂̃̈ zalgo z̷̢a̴l̵',
    '漢字かな交じり文の長い長い名前です',
    '🇩🇪🇫🇷 ❤️ 1️⃣',
    'नमस्ते ക്ഷ',
    '\ufeff\u200b\u00ad no \u2066width\u2069',
    '\x1b[2J\x1b[5;5H\x1b[31mtaken over\nand on',
  ]
  for (const text of wide)
    for (const long of [text, `${text} `.repeat(12)]) {
      on.shell.form({
        title: text,
        verb: 'Save',
        values: { one: long, two: long },
        fields: [
          { id: 'one', label: 'one', kind: 'text' },
          { id: 'two', label: sanitiseText(text), kind: 'lines', rows: 4 },
        ],
        submit: async () => {},
      })
      on.send(`\x1b[200~${text}\x1b[201~\x1b[D\x1b[D`)
      await on.settled()
      on.send('\t')
      await on.settled()
      on.send(`\x1b[200~${text}\x1b[201~\x1b[D\x1b[D`)
      await on.settled()
      expect(crooked(on.screen.cells()), `${JSON.stringify(long)}\n${on.screen.text()}`).toBeNull()
      await closed(on)
    }
})
