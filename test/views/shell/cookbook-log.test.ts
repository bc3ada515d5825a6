import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Carry } from '../../../src/client/client.ts'
import { cookbook } from '../../../src/contract/cookbook.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import { type TestKitchen, testKitchen } from '../../peers/kitchen.ts'
import { strange } from './hostile.ts'
import { ScreenStage } from './screen-stage.tsx'

let kitchen: TestKitchen
let serve: Serve
let path: string

beforeAll(async () => {
  kitchen = await testKitchen()
  serve = await kitchen.launch('vllm serve demo/never-ready', { name: 'alpha' })
  await kitchen.until(serve.id, 'loading')
  path = (await kitchen.w.inside.workspace.cookbook.reading.path(serve.id))!
  // From here on it writes nothing of its own.
  while (!readFileSync(path, 'utf8').includes(' 50% Completed'))
    await new Promise(resolve => setTimeout(resolve, 20))
}, 60_000)
afterAll(() => kitchen[Symbol.asyncDispose]())

const steps = (from: number, count: number): string =>
  Array.from({ length: count }, (_, n) => `INFO 11-29 10:00:00 step ${from + n} of many\n`).join('')
const append = (text: string | Buffer): void => appendFileSync(path, text)

beforeEach(() => writeFileSync(path, steps(1, 30_000)))

/** The log of the only serve, open and followed. */
async function opened(
  size = { cols: 80, rows: 24 },
  carry: Carry = kitchen.w.inside.carry,
  wrote: (bytes: string) => void = () => {},
): Promise<ScreenStage> {
  const on = new ScreenStage(carry, size, { join: kitchen.w.inside.join, wrote })
  await on.until('alpha')
  on.send('G')
  await on.until(/^>.*alpha/m)
  on.send('\r')
  await on.until('FOLLOWING')
  await on.until('step 30000')
  return on
}

test('says on which line it is, followed or not, however long the log', async () => {
  using on = await opened()
  await on.until(/ line 30000 +1\.\dM +FOLLOWING/)
  append('one\ntwo\n')
  await on.until(/ line 30002 +1\.\dM +FOLLOWING/)
  on.send('g')
  await on.until(/ line 1\/30002 /)
  on.send('/step 17000 \r')
  await on.until(/ line 17000\/30002 /)
  on.send('k\x1b[5~')
  await on.until(/ line 169\d\d\/30002 /)
})

test('a flood that was too much to be seen is counted once it is over', async () => {
  using on = await opened()
  await on.until(/ line 30000 .*FOLLOWING/)
  append(steps(30_001, 20_000))
  await on.until(/ line ~\d+ .*FOLLOWING/)
  await on.until(/ line 50000 .*FOLLOWING/)
})

test.each([
  { cols: 80, rows: 24 },
  { cols: 200, rows: 50 },
])('a log of garbage and control sequences leaves the frame whole at $cols columns', async size => {
  let wrote = ''
  using on = await opened(size, undefined, bytes => {
    wrote += bytes
  })
  let seed = 7
  const random = () => (seed = (seed * 48271) % 2147483647)
  const bytes = Buffer.from(Array.from({ length: 200_000 }, () => random() % 256))
  const sequences = '\x1b[?1049l\x1b[2J\x1b]0;owned\x07\x1b[5;5Hhere\x1bc\x1b[?25h\r\x1b[999S\n'.repeat(300)
  append(Buffer.concat([bytes, Buffer.from(sequences), bytes.subarray(0, 9000)]))
  for (const key of ['\x1b[5~', '\x1b[5~', 'w', 'k', '\x1b[5~', 'g', '\x1b[6~', 'w', '\x1b[C', 'G']) {
    on.send(key)
    await on.calm(() => expect(on.isWhole).toBe(true))
  }
  await on.until('FOLLOWING')
  expect(strange(wrote)).toEqual([])
})

test('a search goes round, and takes in what is written meanwhile', async () => {
  using on = await opened()
  append('needle A\n')
  append(steps(1, 300))
  append('Needle B\n')
  await on.until(/ line 30302 .*FOLLOWING/)
  on.send('/needle\r')
  await on.until('/needle  2 of 2')
  on.send('n')
  await on.until('/needle  1 of 2')
  await on.until('on from the first')
  append('needle C\n')
  await on.until('/needle  1 of 3')
  on.send('N')
  await on.until('/needle  3 of 3')
  on.send('&')
  await on.until(screen => !screen.text().includes('of many'))
  on.send('G')
  append('nee')
  append('dle D\nand no more\n')
  await on.until(/needle C[\s\S]*needle D/)
  expect(on.screen.text()).not.toContain('and no more')
  on.send('!')
  await on.until('and no more')
  expect(on.screen.text()).not.toContain('needle D')
})

test('of too many hits to know them all the next is found all the same, and only they are shown', async () => {
  using on = await opened()
  append('last\n')
  await on.until(/ line 30001 .*FOLLOWING/)
  on.send('/of many\r')
  await on.until(/\/of many +30,000/)
  await on.until(/ line 2998\d\/30001 /)
  on.send('NNNN')
  await on.until(/ line 2997\d\/30001 /)
  on.send('g')
  await on.until(/ line 1\/30001 /)
  on.send('N')
  await on.until('on from the last')
  await on.until(/ line 30000\/30001 /)
  on.send('&G')
  await on.until(screen => !screen.text().includes('last '))
  expect(on.screen.text()).toContain('step 30000')
})

test('an error is one stop, which Enter unfolds, and is found in what was written since', async () => {
  using on = await opened()
  append('Traceback (most recent call last):\n  File "a.py", line 1\n    run()\nValueError: of the first\n')
  append(steps(1, 100))
  on.send('e')
  await on.until('+ Traceback, 3 lines')
  await on.until(/ line 30004\//)
  on.send('\r')
  await on.until('File "a.py", line 1')
  on.send('\r')
  await on.until(screen => !screen.text().includes('File "a.py"'))
  append('RuntimeError: of the second\n')
  await on.until('/30105 ')
  on.send('ee')
  await on.until(/ line 30105\//)
  on.send('e')
  await on.until('on from the first')
  await on.until(/ line 30004\//)
  on.send('/File "a\r')
  await on.until('File "a.py", line 1')
})

const isSearch = (request: Request): boolean => new URL(request.url).pathname.endsWith('/search')

test('who asks for an error while it is looked for waits for it, and is not told that there is none', async () => {
  const answers = Promise.withResolvers<void>()
  let asked = 0
  using on = await opened(undefined, async request => {
    const response = await kitchen.w.inside.carry(request)
    if (!isSearch(request)) return response
    asked++
    const late = async function* () {
      await answers.promise
      yield* response.body!
    }
    return new Response(ReadableStream.from(late()))
  })
  await expect.poll(() => asked).toBe(1)
  append('RuntimeError: of it\n')
  await on.until('of it')
  on.send('/of many\r')
  await on.until('/of many  searching')
  on.send('e')
  append('and more\n')
  await on.until('and more')
  on.send('e')
  await on.settled()
  answers.resolve()
  await on.until(/ line 30001\//)
  await on.until('of many  30,000')
  expect(on.screen.text()).not.toMatch(/No errors|not found/)
})

test('errors that could not be looked for are looked for again', async () => {
  let isRefused = true
  append('RuntimeError: of it\n')
  using on = await opened(undefined, async request =>
    isRefused && isSearch(request)
      ? Response.json({ error: { code: 'unavailable', message: 'The line is down.' } }, { status: 503 })
      : kitchen.w.inside.carry(request),
  )
  on.send('e')
  await on.until('The line is down')
  isRefused = false
  on.send('e')
  await on.until(/ line 30001\//)
})

test('a log one comes back to is as it was left, also by a search that was not through', async () => {
  let answers = Promise.resolve()
  using on = await opened(undefined, async request => {
    if (isSearch(request)) await answers
    return kitchen.w.inside.carry(request)
  })
  const away = async () => {
    on.send('q2')
    await on.until('[2 ')
    append('one more\n')
    on.send('1')
    await on.until(/^>.*alpha/m)
    on.send('\r')
  }
  on.send('gm/step 1700\r')
  await on.until('/step 1700  1 of 11')
  on.send('n')
  await on.until('/step 1700  2 of 11')
  on.send('&')
  await on.until('&step 1700  2 of 11')
  await away()
  await on.until('&step 1700  2 of 11')
  expect(on.screen.text()).not.toContain('step 16999')
  on.send('&')
  await on.until('step 16999')
  await on.until(/ line 17000\/30001 .*PAUSED \+1 new/)
  on.send("'")
  await on.until(/ line 1\//)
  const late = Promise.withResolvers<void>()
  answers = late.promise
  on.send('/more\r')
  await on.until('/more  searching')
  await away()
  late.resolve()
  await on.until('/more  2')
  expect(on.screen.text()).not.toContain('not in this log')
})

test.each([
  { cols: 80, rows: 24 },
  { cols: 200, rows: 50 },
])('beside the list the end is seen, at $cols columns, and who comes back is where he was', async size => {
  using on = await opened(size)
  on.send('g/step 17000\r')
  await on.until('/step 17000  1 of 1')
  on.send('&')
  await on.until('&step 17000  1 of 1')
  on.send('ll')
  await on.until(/ col [1-9]/)
  on.send('q')
  await on.until('step 30000 of many')
  await on.until('step 29999')
  expect(on.screen.text()).not.toContain('INFO 11-29')
  expect(on.screen.text()).not.toContain('step 17000 ')
  append('INFO one more\n')
  await on.until('one more')
  on.send('\r')
  await on.until(/&step 17000 {2}1 of 1 .* col 16/)
  expect(on.screen.text()).not.toContain('step 16999')
  on.send('&')
  await on.until('step 16999')
  await on.until('PAUSED +1 new')
  on.send('0q')
  await on.until('one more')
  on.send('\r')
  await on.until('step 16999')
})

test('a log that could not be read to its end is saved by the next try, and never over another file', async () => {
  let isDown = true
  using on = await opened(undefined, async request => {
    if (isDown && request.url.includes('offset=1048576'))
      return Response.json({ error: { code: 'unavailable', message: 'The line is down.' } }, { status: 503 })
    return kitchen.w.inside.carry(request)
  })
  const file = join(kitchen.w.home, 'saved.log')
  const save = async (seen: string) => {
    on.send('W')
    await on.until('save to:')
    on.send(`\x15${file}\r`)
    await on.until(seen)
  }
  await save('The line is down')
  expect(readdirSync(kitchen.w.home).filter(name => name.startsWith('saved'))).toEqual([])
  isDown = false
  await save('Saved 1.1M')
  expect(readFileSync(file)).toEqual(readFileSync(path))
  await save('saved.log is there')
})

test('another log in its place is said to be one, and searched anew', async () => {
  using on = await opened()
  on.send('/step 3\r')
  await on.until('/step 3  1112 of 1,112')
  on.send('&')
  await on.until('&step 3')
  writeFileSync(path, steps(1, 40))
  await on.until('was replaced')
  await on.until('&step 3  11')
  await on.until(screen => screen.text().includes('step 39') && !screen.text().includes('step 12'))
  on.send('&')
  await on.until('step 12')
})

test('at 40 columns the name and whether it is followed are there', async () => {
  using on = await opened({ cols: 40, rows: 10 })
  await on.until(/^< alpha .*FOLLOWING$/m)
  on.send('k')
  append(steps(1, 1200))
  await on.until(/^< alpha .*PAUSED \+1,200 new$/m)
})

test('lines are copied as they were written, wrapped or folded, and the marked ones of anywhere', async () => {
  using on = await opened()
  const long = `INFO ${'0123456789'.repeat(30)}`
  append(`${long}\n`)
  append('Traceback (most recent call last):\n  File "a.py", line 1\n    run()\nValueError: of it\n')
  on.send('we')
  await on.until('+ Traceback')
  on.send('y')
  await on.until('The lines in view')
  on.send('jj\r')
  await on.until(/Copied the lines in view/)
  const text = on.copied.at(-1)!
  expect(text.split(long).length).toBe(2)
  expect(text).toContain('  File "a.py", line 1\n    run()\nValueError: of it')
  on.send('wmgm')
  await on.until(/ line 1\//)
  on.send('yj\r')
  await on.until(/Copied the marked lines/)
  expect(on.copied.at(-1)).toBe('INFO 11-29 10:00:00 step 1 of many\nValueError: of it')
})

test('how a person likes logs is kept from one opening to the next', async () => {
  using on = await opened()
  on.send('wt')
  await on.until('wrap on  time wall')
  on.send('q2')
  await on.until('[2 ')
  on.send('1')
  await on.until(/^>.*alpha/m)
  on.send('\r')
  await on.until('wrap on  time wall')
  expect(JSON.parse(on.shell.keep()).panes.cook).toMatchObject({ wrap: true, clock: 'wall' })
})

test('from the log of an attempt before one comes back to that of the last, which is followed', async () => {
  await kitchen.w.client.call(cookbook.stop, { id: serve.id, force: true })
  const again = (await kitchen.w.client.call(cookbook.relaunch, { id: serve.id })).serve
  await kitchen.until(again.id, 'loading')
  using on = new ScreenStage(kitchen.w.inside.carry, { cols: 80, rows: 24 }, { join: kitchen.w.inside.join })
  await on.until('alpha')
  on.send('G')
  await on.until(/^>.*alpha/m)
  on.send('\r')
  await on.until(/attempt 2\/2 .*FOLLOWING/)
  on.send('p')
  await on.until(/attempt 1\/2 .*ENDED/)
  await on.until('step 30000')
  on.send(']')
  await on.until(/attempt 2\/2 .*FOLLOWING/)
})
