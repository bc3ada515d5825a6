import { expect, test } from 'vitest'
import { access } from '../../../src/contract/access.ts'
import { todos } from '../../../src/contract/todos.ts'
import { flow, hostile, ScreenStage, sizes } from './stage.tsx'

/** A request of an agent that has to ask; its answer when it is decided. */
const asks = (stage: ScreenStage, token: string, body: unknown, path = '/api/v1/todos') =>
  stage.workspace.request('POST', path, { token, body })

const asker = (stage: ScreenStage, name = 'bot', more = {}) =>
  stage.workspace.token(name, [], { ask: ['todos:write'], ...more })

/** Keys meant for another question are not heard for a moment. */
const settled = () => new Promise(resolve => setTimeout(resolve, 520))

flow(
  'a question is told wherever one is, seen whole, and allowed; its outcome is said',
  'todos',
  async stage => {
    await stage.until('Nothing to do')
    const token = await asker(stage)
    const answer = asks(stage, token, { title: 'Water the plants', content: 'one\ntwo' })
    await stage.until('warning: Asked by bot: add the todo: Water the plants')
    expect(stage.screen.rows()[0]).toMatch(/7 Ask?!1/)
    expect(stage.screen.rows()[0]).toContain('ask!1')
    await stage.press('7')
    await stage.until(/who +bot/)
    await stage.until(/asks +add the todo: Water the plants/)
    await stage.press('\t')
    await stage.until(/content:\n +one\n +two/)
    await stage.press('G')
    await stage.until('no deadline')
    await stage.until(/means +Adds a todo/)
    await stage.until(/request +POST \/api\/v1\/todos/)
    await stage.press('\t')
    await settled()
    await stage.press('y')
    await stage.until('Allowed bot: add the todo: Water the plants (answered 201)')
    expect((await answer).status).toBe(201)
    await stage.until('Nobody asks anything')
    expect(stage.screen.rows()[0]).not.toContain('!')
    await stage.press('.')
    await stage.until(/> +bot .*allowed/)
    await stage.until(/state +allowed by operator/)
    await stage.press('\x1b')
    await stage.until('Nobody asks anything')
  },
)

flow('one is denied with a reason, which who asked is told', 'approvals', async stage => {
  const token = await asker(stage)
  const answer = asks(stage, token, { title: 'Nonsense' })
  await stage.until(/> +bot/)
  await settled()
  await stage.press('N')
  await stage.until('deny bot, because:')
  // What is typed answers nothing, whatever letters it has.
  await stage.press('y', 'n', ' not today', '\r')
  await stage.until('Denied bot')
  const refused = await answer
  expect(refused.status).toBe(403)
  expect(JSON.stringify(await refused.json())).toContain('yn not today')
})

flow('several that are marked are denied after a question that names them', 'approvals', async stage => {
  const token = await asker(stage)
  const answers = []
  for (const title of ['one', 'two', 'three']) answers.push(asks(stage, token, { title }))
  await stage.until(/ask!3/)
  await settled()
  await stage.press('g', ' ', ' ')
  await stage.until('2 marked')
  await stage.press('n')
  await stage.until('Deny 2 questions')
  await stage.later()
  await stage.press('y')
  await stage.until(/ask!1/)
  await settled()
  await stage.press('n')
  await stage.until('Nobody asks anything')
  for (const answer of answers) expect((await answer).status).toBe(403)
})

test('a key meant for one question never answers the next that slips under the cursor', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'approvals')
  const { client } = stage.workspace
  const token = await asker(stage)
  const first = asks(stage, token, { title: 'first' })
  await stage.until(/ask!1/)
  const second = asks(stage, token, { title: 'second' })
  await stage.until(/ask!2/)
  await settled()
  const { items } = await client.call(access.approvals, {})
  await client.call(access.decide, { id: items.at(-1)!.id, allow: false })
  await stage.until(/ask!1/)
  await stage.press('y')
  await stage.until('look again')
  expect((await client.call(access.approvals, {})).items).toHaveLength(1)
  await settled()
  await stage.press('y')
  await stage.until('Nobody asks anything')
  expect([(await first).status, (await second).status]).toEqual([403, 201])
})

test('what is decided elsewhere is told, and what runs out too', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'approvals')
  const { client, inside } = stage.workspace
  const token = await asker(stage, 'bot', { ask_deadline: 50 })
  const hasty = await asker(stage, 'hasty', { ask_deadline: 1 })
  const answer = stage.workspace.request('POST', '/api/v1/todos', { token, body: { title: 'first' } })
  await stage.until('LAST MINUTE')
  const [one] = (await client.call(access.approvals, {})).items
  await client.call(access.decide, { id: one!.id, allow: true })
  await stage.until('Allowed elsewhere by operator: bot: add the todo: first')
  await answer
  const late = stage.workspace.request('POST', '/api/v1/todos', { token: hasty, body: { title: 'second' } })
  await stage.until(() => {
    inside.workspace.approvals.expire()
    return stage.screen.text().includes('No answer in time')
  })
  expect((await late).status).toBe(403)
})

test('what a question is about is named, and that it destroys is said', async () => {
  await using stage = await ScreenStage.open(sizes[1]!, 'approvals')
  const { todo } = await stage.workspace.client.call(todos.add, { title: 'The plants' })
  const token = await asker(stage)
  const asked = stage.workspace.request('DELETE', `/api/v1/todos/${todo.id}`, { token })
  await stage.until('IT DESTROYS SOMETHING')
  await stage.until(/to +The plants/)
  await stage.until(/asks +delete the todo/)
  expect(stage.screen.text()).not.toContain('What was sent')
  await settled()
  await stage.press('n')
  expect((await asked).status).toBe(403)
})

flow('hostile text in every field of a question leaves the frame whole', 'approvals', async stage => {
  const token = await asker(stage, hostile.slice(0, 90))
  const answer = asks(stage, token, { title: hostile, [hostile.slice(0, 40)]: [hostile, { a: hostile }] })
  void answer.catch(() => undefined)
  const plain = asks(stage, token, { title: hostile, content: `${hostile}\n${hostile}`, items: [hostile] })
  await stage.until(/^>/m)
  for (const key of ['\t', 'G', 'g', '\t', 'N', '\x1b', '.', '.', 'z', 'z', '?', 'q', '/', 'x', '\x1b']) {
    await stage.press(key)
    expect(stage.screen.leftOn.filter(mode => mode !== 'hidden cursor')).toEqual([])
  }
  await settled()
  await stage.press('n')
  await stage.until('Nobody asks anything')
  await plain
})

flow('the whole of a question is searched with /, and [ and ] go on', 'approvals', async stage => {
  const token = await asker(stage)
  const content = Array.from({ length: 60 }, (_, n) => (n % 25 === 20 ? `needle ${n}` : `row ${n}`))
  void asks(stage, token, { title: 'Long', content: content.join('\n') })
  await stage.until(/> +bot/)
  await stage.press('\t', '/', 'needle', '\r')
  await stage.until('needle 20')
  await stage.press(']')
  await stage.until('needle 45')
  await stage.press('[')
  await stage.until('needle 20')
})
