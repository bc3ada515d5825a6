import { Problem } from '../../contract/problem.ts'
import { FAILURES } from '../../net/failures.ts'
import type { Proof } from '../../secrets/secret.ts'
import type { CalendarEvent } from '../event.ts'
import { collectionsOver } from './collections.ts'
import { openLine } from './line.ts'
import { objectsOver } from './objects.ts'

/** How a server is reached and shown who asks. */
export interface Access {
  proof: Proof | null
  ca: Uint8Array | null
}

export interface RemoteCalendar {
  href: string
  name: string
  color: string | null
  readOnly: boolean
  token: string | null
  tag: string | null
  /** Whether changes since a token can be asked for. */
  syncs: boolean
  /** Whether events can lie in it. */
  events: boolean
}

/** What has changed in a calendar since a token; `stale`: the server does not know the token any more. */
export type Remote =
  | { stale: true }
  | { stale: false; token: string; changed: [href: string, etag: string][]; gone: string[] }

/** Something that lies on a server: its text, and the event in it or why there is none. */
export interface Received {
  href: string
  etag: string
  ics: string
  event: CalendarEvent | null
  reason: string
}

export interface Answer {
  status: number
  etag: string | null
  said: string
}

export interface Home {
  principal: string | null
  home: string
  /** The address is itself a calendar. */
  direct: boolean
}

/** What is asked of CalDAV servers. One exchange each, or what the library makes of it. */
export interface Dav {
  discover(access: Access, url: string): Promise<Home>
  calendars(
    access: Access,
    home: string,
    how: { direct: boolean; ask: 'tokens' | 'tags' | 'all' },
  ): Promise<RemoteCalendar[]>
  /** Makes a calendar; gives its address. */
  make(access: Access, home: string, place: string, name: string, color: string): Promise<string>
  /** Names and colors a calendar; false: the server does not take it. */
  describe(access: Access, calendar: string, as: { name?: string; color?: string }): Promise<boolean>
  changes(access: Access, calendar: string, token: string): Promise<Remote>
  listing(access: Access, calendar: string): Promise<[href: string, etag: string][]>
  receive(access: Access, calendar: string, hrefs: string[], zone: string): Promise<Received[]>
  /** `etag` null: it must not be there yet; empty: whatever is there. */
  put(access: Access, calendar: string, href: string, ics: string, etag: string | null): Promise<Answer>
  remove(access: Access, calendar: string, href: string, etag: string | null): Promise<Answer>
}

export const openDav = (carried: (there: number, back: number) => void = () => undefined): Dav => {
  const line = openLine(carried)
  return within({ ...collectionsOver(line), ...objectsOver(line) })
}

/** Whatever fails is one sentence, without its full stop. */
const within = (dav: Dav): Dav =>
  Object.fromEntries(
    Object.entries(dav).map(([name, call]) => [
      name,
      async (access: Access, url: string, ...rest: unknown[]) => {
        try {
          return await (call as (...all: unknown[]) => unknown)(access, url, ...rest)
        } catch (error) {
          if (error instanceof Problem) throw error
          const { code, message } = error as NodeJS.ErrnoException
          throw new Problem('unavailable', `${new URL(url).host}: ${FAILURES[code ?? ''] ?? message}`)
        }
      },
    ]),
  ) as unknown as Dav
