import { expect, test } from 'vitest'
import { type Names, startFrom } from '../../src/calendar/sync/places.ts'

const silent: Names = { srv: async () => [], txt: async () => [] }
const failing: Names = {
  srv: () => Promise.reject(new Error('no')),
  txt: () => Promise.reject(new Error('no')),
}

test('an address, a server or a URL is enough to begin with', async () => {
  expect(await startFrom('Me@Gmail.com', silent)).toMatchObject({
    address: 'me@gmail.com',
    url: 'https://apidata.googleusercontent.com/caldav/v2/',
    hint: expect.stringContaining('OAuth2'),
  })
  expect(await startFrom('me@example.org', failing)).toEqual({
    address: 'me@example.org',
    url: 'https://example.org/',
  })
  expect(await startFrom('example.org:8443', silent)).toEqual({
    address: null,
    url: 'https://example.org:8443/',
  })
  expect(await startFrom(' https://dav.example.org/x ', silent)).toEqual({
    address: null,
    url: 'https://dav.example.org/x',
  })
})

test('a domain that says where its calendars are is believed, and one that says it has none', async () => {
  const asked: string[] = []
  const names: Names = {
    async srv(name) {
      asked.push(name)
      return [
        { name: 'later.example.org', port: 443, priority: 20, weight: 0 },
        { name: 'dav.example.org', port: 8443, priority: 10, weight: 5 },
      ]
    },
    txt: async () => [['path=/caldav/']],
  }
  expect((await startFrom('me@example.org', names)).url).toBe('https://dav.example.org:8443/caldav/')
  expect(asked).toEqual(['_caldavs._tcp.example.org'])
  const none: Names = { ...silent, srv: async () => [{ name: '.', port: 0, priority: 0, weight: 0 }] }
  expect((await startFrom('me@example.org', none)).url).toBe('https://example.org/')
})

test('what is none of these is refused in a sentence', async () => {
  for (const [given, said] of [
    ['not an address@', 'is no address, server or URL'],
    ['ftp://example.org', 'is no address, server or URL'],
    ['https://ann:secret@example.org/', 'does not belong into a URL'],
  ] as const)
    await expect(startFrom(given, silent)).rejects.toThrow(said)
})
