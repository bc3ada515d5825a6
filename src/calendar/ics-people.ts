import { type Attendee, PARTICIPATION, type Person } from './event.ts'
import type { Line } from './ics-line.ts'

const MOST = 2000
const ROLES = {
  CHAIR: 'chair',
  'REQ-PARTICIPANT': 'required',
  'OPT-PARTICIPANT': 'optional',
  'NON-PARTICIPANT': 'none',
} as const
const OWN = ['cn', 'partstat', 'role', 'rsvp']

export function organizerOf(line: Line | undefined): Person | null {
  return line ? personOf(line, ['cn']) : null
}

export function attendeesOf(lines: readonly Line[]): Attendee[] {
  return lines
    .filter(line => line.name === 'ATTENDEE')
    .slice(0, MOST)
    .map(line => {
      const said = line.parameter('partstat')?.toLowerCase()
      const role = line.parameter('role')?.toUpperCase() as keyof typeof ROLES | undefined
      return {
        ...personOf(line, OWN),
        answer: PARTICIPATION.find(one => one === said) ?? 'needs-action',
        role: (role && ROLES[role]) ?? 'required',
        rsvp: line.parameter('rsvp')?.toUpperCase() === 'TRUE',
      }
    })
}

function personOf(line: Line, read: readonly string[]): Person {
  const value = plain(line.values[0])
  const mail = /^mailto:(.*)$/i.exec(value)?.[1]
  const address = plain(mail ?? line.parameter('email') ?? value).slice(0, 400)
  const rest = line.parameters().filter(text => !read.includes(text.split('=', 1)[0]!.toLowerCase()))
  return {
    name: plain(line.parameter('cn')).slice(0, 200),
    address,
    ...(mail === undefined ? { uri: value } : {}),
    rest: rest.map(text => `;${plain(text)}`).join(''),
  }
}

const plain = (text: string | undefined): string =>
  (text ?? '').replace(/[\u0000-\u001f\u007f]+/g, ' ').trim()

/** The value of a parameter: in quotes where it needs them, with what quotes cannot hold written as RFC 6868 says. */
function quoted(value: string): string {
  const safe = value
    .replace(/\^/g, '^^')
    .replace(/\r\n|\r|\n/g, '^n')
    .replace(/"/g, "^'")
    .replace(/[\u0000-\u001f\u007f]/g, '')
  return /[:;,]/.test(safe) ? `"${safe}"` : safe
}

const common = ({ name }: Person): string => (name === '' ? '' : `;CN=${quoted(name)}`)
const written = ({ uri, address }: Person): string => (uri ?? `mailto:${address}`).replace(/[\r\n]/g, '')

export const organizerLine = (person: Person): string =>
  `ORGANIZER${common(person)}${person.rest}:${written(person)}`

export function attendeeLine(person: Attendee): string {
  const role = Object.entries(ROLES).find(([, name]) => name === person.role)![0]
  return [
    'ATTENDEE',
    common(person),
    person.role === 'required' ? '' : `;ROLE=${role}`,
    person.answer === 'needs-action' ? '' : `;PARTSTAT=${person.answer.toUpperCase()}`,
    person.rsvp ? ';RSVP=TRUE' : '',
    person.rest,
    `:${written(person)}`,
  ].join('')
}

export const sameAddress = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
