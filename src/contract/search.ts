import * as z from 'zod'
import { route } from './route.ts'
import { count, text } from './words.ts'

/** What can be searched. The operator's events and answers call a thing by the same word. */
export const FINDABLE = ['todo', 'event', 'memory', 'document'] as const
export type Findable = (typeof FINDABLE)[number]

export const Hit = z.object({
  noun: z.enum(FINDABLE),
  id: z.string(),
  title: z.string(),
  snippet: z.string(),
  marks: z
    .array(z.tuple([z.number().int(), z.number().int()]))
    .describe('where in the snippet words were found: [from, to)'),
  score: z.number().describe('greater is better; only comparable within one answer'),
  updated_at: z.number(),
})
export type Hit = z.output<typeof Hit>

const nouns = z.preprocess(
  value => (typeof value === 'string' ? value.split(',').filter(Boolean) : value),
  z.array(z.enum(FINDABLE)).min(1).max(FINDABLE.length),
)

export const search = {
  find: route({
    id: 'search.find',
    method: 'GET',
    path: '/api/v1/search',
    scope: 'token',
    danger: 'none',
    summary: 'Finds what holds all of the words, best first, in everything the caller may read',
    in: () =>
      z.strictObject({
        q: text(200, 1).describe('words, the last one may be unfinished; the first eight count'),
        nouns: nouns.optional().describe(`only these, comma separated: ${FINDABLE.join(', ')}`),
        limit: count(1, 100).default(20),
      }),
    out: () =>
      z.object({
        items: z.array(Hit),
        nouns: z.array(z.enum(FINDABLE)).describe('where was looked'),
        ranked_over: z
          .number()
          .int()
          .describe('how many matches were compared: the newest 2,000 of each noun'),
        complete: z.boolean().describe('false: there are older matches that were not compared'),
      }),
    cli: { words: ['q…'], columns: ['noun', 'id', 'title', 'snippet'], rows: 'items' },
  }),
}
