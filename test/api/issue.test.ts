import { expect, test } from 'vitest'
import * as z from 'zod'
import { access } from '../../src/contract/access.ts'
import { issueSentence } from '../../src/contract/issue.ts'
import { memory } from '../../src/contract/memory.ts'

const said = (schema: z.ZodType, given: unknown) =>
  schema.safeParse(given).error?.issues.map(issue => issueSentence(issue, 'body'))

test.each([
  [access.create.in, { name: '' }, 'name is empty'],
  [access.create.in, {}, 'name is missing'],
  [access.create.in, { name: 7 }, 'name has to be text'],
  [access.create.in, { name: 'x'.repeat(101) }, 'name may have at most 100 characters'],
  [access.create.in, { name: 'x', gpus: '4-' }, 'gpus.0: write one number or a range: 4, or 4-7'],
  [access.create.in, { name: 'x', gpus: '7-4' }, 'gpus.0: the lower end of a range comes first: 4-7'],
  [access.create.in, { name: 'x', ask_deadline: 0 }, 'ask_deadline has to be at least 1'],
  [access.create.in, { name: 'x', stop: 'none' }, 'stop has to be one of own, any'],
  [access.create.in, { name: 'x', colour: 'red' }, 'colour: no such field'],
  [memory.add.in, { text: 'x', category: 'nonsense' }, /^category has to be one of fact, contact, /],
  [z.object({}), [], 'body has to be an object'],
])('what is wrong is said as a person would: %#', (schema, given, words) => {
  expect(said(schema, given)).toEqual([words instanceof RegExp ? expect.stringMatching(words) : words])
})
