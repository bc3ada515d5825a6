/** Invitations in the shapes that calendars send them. */

export interface Shape {
  uid: string
  organizer?: string
  attendees?: string[]
  method?: string
  sequence?: number
  stamp?: string
  start?: string
  end?: string
  summary?: string
  more?: string[]
}

const BERLIN = [
  'BEGIN:VTIMEZONE',
  'TZID:W. Europe Standard Time',
  'BEGIN:STANDARD',
  'DTSTART:16010101T030000',
  'TZOFFSETFROM:+0200',
  'TZOFFSETTO:+0100',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10',
  'END:STANDARD',
  'BEGIN:DAYLIGHT',
  'DTSTART:16010101T020000',
  'TZOFFSETFROM:+0100',
  'TZOFFSETTO:+0200',
  'RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3',
  'END:DAYLIGHT',
  'END:VTIMEZONE',
]

const calendarOf = (product: string, method: string, lines: string[]): string =>
  [
    'BEGIN:VCALENDAR',
    `PRODID:${product}`,
    'VERSION:2.0',
    'CALSCALE:GREGORIAN',
    `METHOD:${method}`,
    ...lines,
    'END:VCALENDAR',
    '',
  ].join('\r\n')

const ANN = 'ann@example.org'

export const google = (shape: Shape): string =>
  calendarOf('-//Google Inc//Google Calendar 70.9054//EN', shape.method ?? 'REQUEST', [
    'BEGIN:VEVENT',
    `DTSTART:${shape.start ?? '20270301T090000Z'}`,
    `DTEND:${shape.end ?? '20270301T100000Z'}`,
    `DTSTAMP:${shape.stamp ?? '20270201T080000Z'}`,
    `ORGANIZER;CN=Bob Builder:mailto:${shape.organizer ?? 'bob@example.net'}`,
    `UID:${shape.uid}`,
    ...(shape.attendees ?? [
      `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=\r\n TRUE;CN=${ANN};X-NUM-GUESTS=0:mailto:${ANN}`,
      'ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE\r\n ;CN=Bob Builder;X-NUM-GUESTS=0:mailto:bob@example.net',
    ]),
    'X-MICROSOFT-CDO-OWNERAPPTID:1234',
    'DESCRIPTION:Bring the numbers\\, please.\\nAll of them.',
    `SEQUENCE:${shape.sequence ?? 0}`,
    `STATUS:${shape.method === 'CANCEL' ? 'CANCELLED' : 'CONFIRMED'}`,
    `SUMMARY:${shape.summary ?? 'Budget'}`,
    'TRANSP:OPAQUE',
    ...(shape.more ?? []),
    'END:VEVENT',
  ])

/** Exchange: its own names of zones, quoted names, alarms of the organizer. */
export const outlook = (shape: Shape): string =>
  calendarOf('Microsoft Exchange Server 2010', shape.method ?? 'REQUEST', [
    ...BERLIN,
    'BEGIN:VEVENT',
    `ORGANIZER;CN="Chef, Carla":mailto:${shape.organizer ?? 'carla@corp.example'}`,
    ...(shape.attendees ?? [
      `ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE;CN="Ann, A":mailto:${ANN.toUpperCase()}`,
    ]),
    'DESCRIPTION;LANGUAGE=en-US:________________\\nMicrosoft Teams meeting\\n',
    `UID:${shape.uid}`,
    `SUMMARY;LANGUAGE=en-US:${shape.summary ?? 'Weekly'}`,
    `DTSTART;TZID=W. Europe Standard Time:${shape.start ?? '20270301T090000'}`,
    `DTEND;TZID=W. Europe Standard Time:${shape.end ?? '20270301T093000'}`,
    'CLASS:PUBLIC',
    'PRIORITY:5',
    `DTSTAMP:${shape.stamp ?? '20270201T080000Z'}`,
    'TRANSP:OPAQUE',
    `STATUS:${shape.method === 'CANCEL' ? 'CANCELLED' : 'CONFIRMED'}`,
    `SEQUENCE:${shape.sequence ?? 0}`,
    'LOCATION;LANGUAGE=en-US:Room 12',
    'X-MICROSOFT-CDO-BUSYSTATUS:TENTATIVE',
    'X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY',
    ...(shape.more ?? []),
    'BEGIN:VALARM',
    'DESCRIPTION:REMINDER',
    'TRIGGER;RELATED=START:-PT15M',
    'ACTION:DISPLAY',
    'END:VALARM',
    'END:VEVENT',
  ])

/** Apple: its organizer is a principal with the address beside it. */
export const apple = (shape: Shape): string =>
  calendarOf('-//Apple Inc.//macOS 14.4//EN', shape.method ?? 'REQUEST', [
    'BEGIN:VEVENT',
    'CREATED:20270201T080000Z',
    `UID:${shape.uid}`,
    `DTEND;TZID=Europe/Berlin:${shape.end ?? '20270302T190000'}`,
    ...(shape.attendees ?? [
      `ATTENDEE;CN=Ann;CUTYPE=INDIVIDUAL;EMAIL=${ANN};PARTSTAT=NEEDS-ACTION;ROLE=REQ-PARTICIPANT;RSVP=TRUE:mailto:${ANN}`,
      'ATTENDEE;CN=Dora;CUTYPE=INDIVIDUAL;EMAIL=dora@example.com;PARTSTAT=ACCEPTED:/aMTIzNDU2/principal/',
    ]),
    `SUMMARY:${shape.summary ?? 'Dinner'}`,
    'LAST-MODIFIED:20270201T080000Z',
    `DTSTAMP:${shape.stamp ?? '20270201T080000Z'}`,
    `DTSTART;TZID=Europe/Berlin:${shape.start ?? '20270302T180000'}`,
    `SEQUENCE:${shape.sequence ?? 0}`,
    `ORGANIZER;CN=Dora;EMAIL=dora@example.com:${shape.organizer ?? 'mailto:dora@example.com'}`,
    ...(shape.more ?? []),
    'END:VEVENT',
  ])

/** An answer as others send it: without its times, as the standard allows. */
export const reply = (
  uid: string,
  who: string,
  answer: string,
  more: { stamp?: string; sequence?: number; lines?: string[] } = {},
): string =>
  calendarOf('-//Other//Calendar//EN', 'REPLY', [
    'BEGIN:VEVENT',
    `UID:${uid}`,
    `DTSTAMP:${more.stamp ?? '20270202T080000Z'}`,
    `SEQUENCE:${more.sequence ?? 0}`,
    'ORGANIZER:mailto:ann@example.org',
    `ATTENDEE;PARTSTAT=${answer};CN=${who}:mailto:${who}`,
    ...(more.lines ?? []),
    'END:VEVENT',
  ])

/** The server that receives mail for Ann. */
export const MX = 'mx.example.org'

/** What it says of a mail that is from whom it says. */
export const proof = (from: string): string =>
  `${MX};\r\n dmarc=pass (p=NONE) header.from=${/@([\w.-]+)/.exec(from)?.[1] ?? ''}`

/** A mail as it carries one: beside the text, and once more as a file. */
export const mailed = (
  from: string,
  ics: string,
  {
    id,
    subject = 'Invitation',
    attached = false,
    only = false,
    results = [proof(from)],
  }: {
    id: string
    subject?: string
    attached?: boolean
    only?: boolean
    /** What servers say of it, the last one first. */
    results?: string[]
  },
): string => {
  const method = /METHOD:(\w+)/.exec(ics)?.[1] ?? 'REQUEST'
  const head = [
    ...results.map(each => `Authentication-Results: ${each}`),
    `From: ${from}`,
    'To: ann@example.org',
    `Subject: ${subject}`,
    `Message-ID: <${id}@x>`,
    'MIME-Version: 1.0',
  ]
  const part = [
    `Content-Type: text/calendar; charset="UTF-8"; method=${method}`,
    'Content-Transfer-Encoding: base64',
    '',
    Buffer.from(ics).toString('base64').replace(/.{76}/g, '$&\r\n'),
  ]
  if (only) return [...head, ...part, ''].join('\r\n')
  return [
    ...head,
    'Content-Type: multipart/mixed; boundary="mix"',
    '',
    '--mix',
    'Content-Type: multipart/alternative; boundary="alt"',
    '',
    '--alt',
    'Content-Type: text/plain; charset="UTF-8"',
    '',
    'You have been invited.',
    '--alt',
    ...part,
    '--alt--',
    ...(attached
      ? [
          '--mix',
          'Content-Type: application/ics; name="invite.ics"',
          'Content-Disposition: attachment; filename="invite.ics"',
          'Content-Transfer-Encoding: base64',
          '',
          Buffer.from(ics).toString('base64'),
        ]
      : []),
    '--mix--',
    '',
  ].join('\r\n')
}
