import { expect, test } from 'vitest'
import { ScreenStage, sizes } from './stage.tsx'

/** What somebody reads who has just begun: what there is none of, and the key that makes some. */
const said: Record<string, RegExp> = {
  cook: /^-- nothing runs yet: o launches a model$/m,
  todos: /^Nothing to do\. a adds: /m,
  calendar: /^Nothing in these weeks\. a adds: /m,
  mail: /^No mail account yet\. C adds one: /m,
  memory: /^Nothing is remembered yet\. a adds something\.$/m,
  documents: /^No documents yet\. a writes one, M drafts a mail\.$/m,
  approvals: /^Nobody asks anything\. '\.' shows what was decided\.$/m,
  audit: /^Nothing was done yet\.$/m,
  tokens: /^No agent has a token yet\. a makes one\.$/m,
}

test.each(sizes)('an empty pane says what to do, at $cols columns', async size => {
  await using stage = await ScreenStage.open(size, 'cook')
  for (const [pane, words] of Object.entries(said)) {
    stage.shell.go(pane)
    await stage.until(size.cols !== 80 ? new RegExp(words.source.slice(0, 16), 'm') : words)
  }
  expect(stage.isWhole).toBe(true)
})
