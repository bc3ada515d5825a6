import { chownSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { written } from '../../peers/post.ts'

const PEOPLE = ['ann', 'bob', 'carl', 'dora', 'eve', 'frank', 'gina', 'hugo']
const WORDS = [
  'invoice',
  'meeting',
  'cluster',
  'kernel',
  'budget',
  'holiday',
  'release',
  'lunch',
  'driver',
  'quota',
]

/** Mails of several people, some of them in threads, a third of them unread. */
export const fillMaildir = (maildir: string, many: number): void => {
  const root = process.getuid?.() === 0
  for (let turn = 0; turn < many; turn++) {
    const word = (skip: number): string => WORDS[(turn * skip + skip) % WORDS.length]!
    const from = PEOPLE[turn % PEOPLE.length]!
    const at = 1_700_000_000 + turn * 60
    const file = join(maildir, 'cur', `${at}.${turn}.bench:2,${turn % 3 === 0 ? '' : 'S'}`)
    writeFileSync(
      file,
      written(
        {
          ...{
            From: `${from} <${from}@example.net>`,
            To: 'ann@example.org',
            Subject: `${word(3)} ${word(7)} ${turn}`,
          },
          ...{ Date: new Date(at * 1000).toUTCString(), 'Message-ID': `<${turn}@bench.example>` },
          ...(turn % 4 === 0 ? {} : { References: `<${turn - (turn % 4)}@bench.example>` }),
        },
        `About the ${word(1)}.\n`,
      ),
    )
    if (root) chownSync(file, 65_534, 65_534)
  }
}
