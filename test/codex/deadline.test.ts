import { expect, test } from 'vitest'
import * as z from 'zod'
import type { Bind } from '../../src/api/bind.ts'
import { inTime } from '../../src/api/codex/deadline.ts'
import { Problem } from '../../src/contract/problem.ts'
import { route } from '../../src/contract/route.ts'

const record = route({
  id: 'test.slow',
  method: 'GET',
  path: '/slow',
  scope: 'token',
  danger: 'none',
  summary: '',
  in: () => z.object({}),
  out: () => z.unknown(),
})

/** Binds a handler and calls it as the API would. */
const called = (
  handler: Parameters<Bind>[1],
  longest: number,
  outer = new AbortController().signal,
): unknown => {
  let answer: unknown
  inTime(
    ((_route: unknown, bound: (input: unknown, call: unknown) => unknown) => {
      answer = bound({}, { signal: outer })
    }) as unknown as Bind,
    longest,
  )(record, handler as never)
  return answer
}

test('a handler that does not end is told to, and the caller is answered', async () => {
  let seen: AbortSignal | undefined
  const answer = called(async (_input, { signal }) => {
    seen = signal
    await new Promise(() => undefined)
  }, 20)
  await expect(answer).rejects.toMatchObject({ code: 'timeout', status: 504 })
  expect(seen?.aborted).toBe(true)
})

test('a handler in time answers, and hears of a caller that hangs up', async () => {
  expect(await called(async () => 'done', 10_000)).toBe('done')
  const caller = new AbortController()
  const answer = called(
    (_input, { signal }) =>
      new Promise(resolve => signal.addEventListener('abort', () => resolve('gone'), { once: true })),
    10_000,
    caller.signal,
  )
  caller.abort()
  expect(await answer).toBe('gone')
})

test('what a noun calls invalid is a 400', async () => {
  const answer = called(() => {
    throw new Problem('invalid', 'no')
  }, 1000)
  await expect(answer).rejects.toMatchObject({ status: 400, message: 'no' })
})
