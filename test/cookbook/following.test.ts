import { appendFileSync, chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cookbook } from '../../src/contract/cookbook.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'

/** Follows it as the command line does: everything up to the end, and what the end was. */
const followed = async (k: TestKitchen, id: string, onPiece?: (text: string) => void) =>
  shown(await k.w.client.stream(cookbook.follow, { id, tail: 100 }), onPiece)

const shown = async (response: Response, onPiece?: (text: string) => void) => {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const piece of response.body!) {
      text += decoder.decode(piece, { stream: true })
      onPiece?.(text)
    }
    return { text, error: null }
  } catch (error) {
    return { text, error: error as Error }
  }
}

/** What pushes a log does something else for as long as this is held; every other use of it is as before. */
const otherTail = (k: TestKitchen, instead: string): Disposable => {
  const bin = join(k.w.home, 'tail')
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'tail'),
    `#!/bin/sh\ncase "$*" in *' -f '*) ${instead} ;; esac\nPATH=$\{PATH#*:}\nexec tail "$@"\n`,
  )
  chmodSync(join(bin, 'tail'), 0o755)
  const before = process.env.PATH
  process.env.PATH = `${bin}:${before}`
  return {
    [Symbol.dispose]() {
      process.env.PATH = before
    },
  }
}

test('what was written is shown, however slowly it is pushed and however soon it ends', async () => {
  await using k = await testKitchen()
  const serve = await k.launch('vllm serve demo/oom-at-start')
  using _ = otherTail(k, 'exec sleep 60')
  const following = followed(k, serve.id)
  await k.until(serve.id, 'crashed')
  const { text, error } = await following
  expect(error).toBeNull()
  expect(text).toContain('out of memory')
  const whole = await k.w.client.stream(cookbook.log, { id: serve.id, offset: 0, length: 4_194_304 })
  expect((await whole.text()).endsWith(text)).toBe(true)
})

test('one that waits for its room is followed from its first line on', async () => {
  await using k = await testKitchen()
  const port = await freePort()
  const holder = createServer()
  await new Promise<void>(resolve => holder.listen(port, '127.0.0.1', resolve))
  const serve = await k.launch(`vllm serve demo/oom-at-start --port ${port}`, { wait_for_room: true })
  expect(serve.state).toBe('queued')
  const following = followed(k, serve.id)
  await new Promise(resolve => holder.close(resolve))
  await k.w.inside.workspace.cookbook.launching.retry()
  await k.until(serve.id, 'crashed')
  expect((await following).text).toContain('out of memory')
})

test('one that is called off while it waits for its room says so to whoever follows it', async () => {
  await using k = await testKitchen()
  const port = await freePort()
  const holder = createServer()
  await new Promise<void>(resolve => holder.listen(port, '127.0.0.1', resolve))
  const serve = await k.launch(`vllm serve demo/never-ready --port ${port}`, { wait_for_room: true })
  const response = await k.w.client.stream(cookbook.follow, { id: serve.id, tail: 100 })
  await k.w.client.call(cookbook.stop, { id: serve.id })
  expect((await shown(response)).error?.message).toContain('has no log')
  await new Promise(resolve => holder.close(resolve))
})

test.each(['refused', 'forgotten'] as const)(
  'one that is %s before it has a log is not waited for',
  async how => {
    await using k = await testKitchen()
    const { serves } = k.w.inside.workspace.cookbook
    const port = await freePort()
    const holder = createServer()
    await new Promise<void>(resolve => holder.listen(port, '127.0.0.1', resolve))
    const { id } = await k.launch(`vllm serve demo/never-ready --port ${port}`, { wait_for_room: true })
    const response = await k.w.client.stream(cookbook.follow, { id, tail: 100 })
    const following = shown(response)
    await new Promise(resolve => setImmediate(resolve))
    if (how === 'refused') serves.drop(id)
    else {
      serves.end(serves.get(id), { kind: 'stopped', code: null, signal: null, reason: null })
      serves.forget({ actor: 'operator' }, id)
    }
    expect((await following).error).toMatchObject({ code: 'not_found' })
    await new Promise(resolve => holder.close(resolve))
  },
)

test('a follower that is cut off is told so, in process and over a socket', async () => {
  await using k = await testKitchen({ listen: true })
  const serve = await k.launch('vllm serve demo/never-ready')
  await k.until(serve.id, 'loading')
  using _ = otherTail(k, 'exit 1')
  expect((await followed(k, serve.id)).error?.message).toContain('the connection was lost')
  const { url, operatorKey } = k.w.inside.workspace
  const response = await fetch(`${url}/api/v1/serves/${serve.id}/follow`, {
    headers: { authorization: `Bearer ${operatorKey}` },
  })
  expect(response.status).toBe(200)
  await expect(response.text()).rejects.toThrow()
})

test('a log that is gone is a refusal, not an empty one', async () => {
  await using k = await testKitchen()
  const serve = await k.launch('vllm serve demo/oom-at-start')
  await k.until(serve.id, 'crashed')
  const path = await k.w.inside.workspace.cookbook.reading.path(serve.id)
  rmSync(path!)
  expect((await followed(k, serve.id)).error).toMatchObject({ code: 'not_found' })
})

test('one that is started again by its rule is followed into its next attempt', async () => {
  await using k = await testKitchen()
  const serve = await k.launch('vllm serve demo/never-ready')
  await k.until(serve.id, 'loading')
  const one = k.w.inside.workspace.cookbook.serves.get(serve.id)
  const [first] = one.sight.session!.attempts
  const next = first!.log.replace(/1\.log$/, '2.log')
  const seen = Promise.withResolvers<void>()
  const following = followed(k, serve.id, text => text.includes('the last of it') && seen.resolve())
  appendFileSync(first!.log, 'the last of it\n')
  await seen.promise
  appendFileSync(first!.log, 'and one more\n')
  writeFileSync(next, 'again from the start\n')
  writeFileSync(first!.log.replace(/1\.log$/, '2.began'), '1700000000\n')
  await k.w.inside.workspace.cookbook.watch.look('local')
  await k.w.client.call(cookbook.stop, { id: serve.id, force: true })
  const { text } = await following
  expect(text).toMatch(/the last of it\n[\s\S]*and one more\n[\s\S]*again from the start\n/)
})
