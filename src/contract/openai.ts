import * as z from 'zod'
import { route } from './route.ts'

const USE = ['models:use'] as const
/** What an engine makes of the rest is its own affair. */
const asked = () => z.looseObject({ model: z.string().min(1).max(500) })
const answered = z.looseObject({})

/** One address for every model on every host, in the words that OpenAI's own clients speak. */
export const openai = {
  models: route({
    id: 'openai.models',
    method: 'GET',
    path: '/v1/models',
    scope: USE,
    danger: 'none',
    summary: 'Every model that a ready server answers for',
    in: () => z.object({}),
    out: () =>
      z.object({
        object: z.literal('list'),
        data: z.array(
          z.object({
            id: z.string(),
            object: z.literal('model'),
            created: z.number().int(),
            owned_by: z.string(),
            hosts: z.array(z.string()),
            serves: z.array(z.string()),
          }),
        ),
      }),
  }),
  chat: route({
    id: 'openai.chat',
    method: 'POST',
    path: '/v1/chat/completions',
    scope: USE,
    danger: 'none',
    summary: 'Passed to a server that has the model, streamed back as it answers',
    in: () => asked(),
    out: () => answered,
  }),
  completions: route({
    id: 'openai.completions',
    method: 'POST',
    path: '/v1/completions',
    scope: USE,
    danger: 'none',
    summary: 'Passed to a server that has the model, streamed back as it answers',
    in: () => asked(),
    out: () => answered,
  }),
  embeddings: route({
    id: 'openai.embeddings',
    method: 'POST',
    path: '/v1/embeddings',
    scope: USE,
    danger: 'none',
    summary: 'Passed to a server that has the model',
    in: () => asked(),
    out: () => answered,
  }),
}
