import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { calendar, calendars } from '../../../src/contract/calendar.ts'
import { conflictRows } from '../../../views/panes/calendar/conflict.tsx'
import { davMissing } from '../../peers/caldav.ts'
import { ics, shareCalendar } from '../../peers/shared-calendar.ts'
import { flow, hostile, looks, ScreenStage } from './stage.tsx'

const missing = davMissing('radicale')
if (missing) console.warn(`left out: conflicts on the screen: ${missing}`)

const to = async (stage: ScreenStage, title: string) => {
  for (let n = 0; n < 12 && !new RegExp(`> .*${title}`).test(stage.screen.text()); n++) await stage.press('j')
  await stage.until(new RegExp(`> .*${title}`))
}

flow(
  'a calendar of others is subscribed to, is read again, and says what is wrong',
  'calendar',
  async stage => {
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
    const said = `BEGIN:VCALENDAR\r\nX-WR-CALNAME:${hostile.replaceAll(/[\r\n]/g, '')}\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:${day}\r\nSUMMARY:Match\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n`
    let status = 200
    const server = createServer((_request, response) => response.writeHead(status).end(said))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { client } = stage.workspace
    await client.call(calendars.add, { name: 'Mine' })
    await stage.until('Nothing in these weeks')
    await stage.press('c')
    await to(stage, 'subscribe')
    await stage.press('\r')
    await stage.until('Subscribe to a calendar')
    await stage.press(`http://127.0.0.1:${(server.address() as AddressInfo).port}/x`, '\x1b\r')
    await stage.until(/all day +\S (\S )?Match/)
    await stage.until("Subscribed to '")
    await stage.press('e')
    await stage.until('can only be read')
    await stage.press('\x1b')
    status = 500
    await stage.press('S')
    await stage.until(/\[\d \S+!\]/)
    await stage.until(/answered\s+500\.\s+\(last/)
    status = 200
    await stage.press('S')
    await stage.until(() => !/\[\d \S+!\]/.test(stage.screen.text()))
    await stage.press('c')
    await to(stage, 'read \\d\\d:\\d\\d')
    await stage.press('\x1b')
    server.closeAllConnections()
    await new Promise<void>(resolve => void server.close(() => resolve()))
  },
)

describe.skipIf(missing)('events changed on both sides', () => {
  test.each(looks)('stand side by side and are settled by a key at $size.cols, $depth', async look => {
    await using shared = await shareCalendar('radicale')
    const { w, dav, sync } = shared
    const day = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')
    const at = [`DTSTART:${day}T090000Z`, `DTEND:${day}T100000Z`]
    for (const name of ['one', 'two', 'three']) await dav.put('work', `${name}.ics`, ics(name, name, ...at))
    await sync()
    for (const name of ['one', 'two', 'three']) {
      await w.client.call(calendar.edit, { id: (await shared.find(name))!.id, location: 'my place' })
      await dav.put('work', `${name}.ics`, ics(name, name, ...at, 'LOCATION:their place'))
    }
    await sync()
    await using stage = await ScreenStage.open(look.size, 'calendar', w, look)
    await stage.until(/C shows and settles it|C conflicts/)
    await stage.until(/\[\d \S+!\]/)
    await stage.press('C')
    await stage.until('Conflict 1 of 3')
    await stage.until(/! where +my place +\| their place/)
    await stage.later()
    await stage.press('m')
    await stage.until('Conflict 1 of 2')
    await stage.later()
    await stage.press('n')
    await stage.until('Conflict 2 of 2')
    await stage.later()
    await stage.press('t')
    await stage.until('Conflict 1 of 1')
    await stage.later()
    await stage.press('b')
    await stage.until(() => !stage.screen.text().includes('Conflict'))
    expect(await shared.conflicts()).toEqual([])
    await sync()
    expect(await shared.there()).toEqual(['one', 'three', 'two', 'two'])
    const texts = [...(await dav.lies('work')).values()].map(text => /LOCATION:(.*?)\r/.exec(text)?.[1])
    expect(texts.sort()).toEqual(['my place', 'my place', 'their place', 'their place'])
    await stage.until(() => stage.isWhole)
    if (look.depth === 'mono') expect(stage.coloured).toEqual([])
  })

  test('one under the other where it is narrow; what is gone is said', async () => {
    await using shared = await shareCalendar('radicale')
    const { w, dav, sync } = shared
    await dav.put('work', 'a.ics', ics('a', 'Walk'))
    await sync()
    await w.client.call(calendar.edit, { id: (await shared.find('Walk'))!.id, location: hostile })
    await dav.ask('DELETE', `${dav.path('work')}a.ics`)
    await sync()
    const [conflict] = await shared.conflicts()
    const rows = conflictRows(conflict!, 40)
    expect(rows.join('\n')).toContain('(deleted)')
    expect(rows.join('\n')).not.toContain('\x1b[2J')
    expect(conflictRows(conflict!, 100)[0]).toMatch(/here.*on the server: deleted/)
  })
})
