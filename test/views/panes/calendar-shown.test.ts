import { expect, test } from 'vitest'
import { calendar, calendars } from '../../../src/contract/calendar.ts'
import { testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage, sizes } from './stage.tsx'

test('nothing is said of weeks that are being read, and of a day among them', async () => {
  await using w = await testWorkspace()
  await w.client.call(calendar.add, { summary: 'jubilee', start: '2031-12-10T10:00' })
  let held: PromiseWithResolvers<void> | null = null
  const carry: typeof w.inside.carry = async request => {
    if (request.url.includes('agenda')) await held?.promise
    return w.inside.carry(request)
  }
  const slow = { ...w, inside: Object.assign(Object.create(w.inside), { carry }) }
  await using stage = await ScreenStage.open(sizes[1]!, 'calendar', slow)
  await stage.press('A')
  await stage.until('Nothing in these weeks')
  await stage.press('T', '9 dec 2031', '\r')
  await stage.until('jubilee')
  held = Promise.withResolvers<void>()
  await stage.press(']')
  await stage.until(() => !stage.screen.text().includes('jubilee'))
  expect(stage.screen.text()).not.toContain('Nothing in these weeks')
  await stage.press('M')
  await stage.until(/Jan 2032/)
  expect(stage.screen.text()).not.toContain('Nothing. n adds')
  held.resolve()
  await stage.until('Nothing. n adds')
  await stage.press('A')
  await stage.until('Nothing in these weeks')
})

test('a filter narrows hours and months too, and the cursor meets nothing that is not shown', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'calendar')
  const { client } = stage.workspace
  await client.call(calendar.add, { summary: 'dentist', start: '2031-12-02T10:00' })
  await client.call(calendar.add, { summary: 'lunch', start: '2031-12-02T12:00' })
  await stage.press('T', '2031-12-02', '\r', 'D')
  await stage.until(/dentist[\s\S]*lunch/)
  await stage.press('/', 'lunch', '\r')
  await stage.until(() => !stage.screen.text().includes('dentist'))
  await stage.until(/\/lunch: 1 found/)
  await stage.until(/>12.*lunch/)
  await stage.press('k', 'k', 'X')
  await stage.until('there is no event here')
  await stage.press('M')
  await stage.until(/\/lunch: 1 found/)
  await stage.until(/ 12:00 lu/)
  // Enter leads to the day; the first Esc shows all there, the next one the month.
  await stage.press('\r')
  await stage.until(/^ 12:00 +\|lunch/m)
  await stage.press('\x1b')
  await stage.until(/dentist[\s\S]*lunch/)
  expect(stage.screen.text()).not.toContain('found')
  await stage.press('\x1b')
  await stage.until(/Mon +.*Sun/)
})

test('a hidden calendar that is looked at alone is shown, and hidden again afterwards', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'calendar')
  const { client } = stage.workspace
  await client.call(calendar.add, { summary: 'mine', start: 'tomorrow 9am' })
  await client.call(calendars.add, { name: 'Work' })
  await client.call(calendar.add, { summary: 'review', start: 'tomorrow 10am', calendar: 'Work' })
  await stage.until(/mine[\s\S]*review/)
  await stage.press('c')
  await stage.until(/> \[x\] P Personal/)
  await stage.press('\r')
  await stage.until(/> \[ \] P Personal/)
  await stage.press('\x1b')
  await stage.until(() => !stage.screen.text().includes('mine'))
  const [personal] = (await client.call(calendars.list, {})).items
  await stage.shell.pane.reveal!(personal!.id)
  await stage.until('mine')
  expect(stage.screen.text()).not.toContain('review')
  await stage.press('\x1b')
  await stage.until('review')
  expect(stage.screen.text()).not.toContain('mine')
})

test('what is selected in a day is one bar, and a month says of each day how many more there are', async () => {
  await using stage = await ScreenStage.open(sizes[0]!, 'calendar')
  const { client } = stage.workspace
  for (const hour of [10, 12, 14])
    await client.call(calendar.add, { summary: 'dentist', start: `2031-12-02T${hour}:00` })
  await stage.press('T', '2031-12-02', '\r', 'D')
  await stage.until(/>10:00 +\|dentist/)
  const y = stage.screen.rows().findIndex(row => row.startsWith('>10:00'))
  const x = stage.screen.rows()[y]!.indexOf('|dentist')
  const bar = [x, x + 3, x + 20, x + 50].map(at => stage.screen.style(at, y))
  expect(bar).toEqual(bar.map(() => bar[0]))
  expect(bar[0]).toMatchObject({ attrs: 'inverse' })
  await stage.press('M')
  await stage.until(/\[2\] \+2 /)
})
