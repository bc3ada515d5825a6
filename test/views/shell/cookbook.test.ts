import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { cookbook } from '../../../src/contract/cookbook.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import { type TestKitchen, testKitchen } from '../../peers/kitchen.ts'
import { ScreenStage, type StageOptions } from './screen-stage.tsx'

/** Small enough for several on the pretended GPUs. */
const modest = 'vllm serve --gpu-memory-utilization 0.3'
let kitchen: TestKitchen
let ready: Serve
let dead: Serve

beforeAll(async () => {
  kitchen = await testKitchen()
  ready = await kitchen.launch(`${modest} Qwen/Qwen3-0.6B`, { name: 'alpha' })
  dead = await kitchen.launch('vllm serve deepseek-ai/DeepSeek-V3 --max-model-len 98304', {
    name: 'omega',
  })
  await kitchen.until(ready.id, 'ready')
  await kitchen.until(dead.id, 'crashed')
}, 60_000)
afterEach(() => void vi.useRealTimers())
afterAll(() => kitchen[Symbol.asyncDispose]())

const small = { cols: 80, rows: 24 }
const large = { cols: 200, rows: 50 }
const stage = (size = small, options: StageOptions = {}) =>
  new ScreenStage(kitchen.w.inside.carry, size, { join: kitchen.w.inside.join, ...options })

/** Puts the selection on a serve by its name. */
async function select(on: ScreenStage, name: string): Promise<void> {
  await on.until(name)
  on.send(`/${name}\r`)
  await on.until(new RegExp(`[ >*] +[x*o] ${name}`))
  on.send('G')
  await on.until(new RegExp(`^>.*${name}`, 'm'))
}

describe.each([
  { size: small, depth: 'true' as const, unicode: true },
  { size: large, depth: 'mono' as const, unicode: false },
])('the Cookbook at $size.cols x $size.rows, $depth', ({ size, depth, unicode }) => {
  test('lists what runs with its state, and shows why something died', async () => {
    using on = stage(size, { depth, unicode })
    await on.until(/\* alpha .*ready/)
    await on.until(/x omega .*CRASHED/)
    await select(on, 'omega')
    await on.until(/CAUSE line \d+ +context_length_invalid/)
    await on.until('fix 1')
    expect(on.isWhole).toBe(true)
    if (!unicode) expect(on.screen.text()).toMatch(/^[\x20-\x7e\n]*$/)
  })

  test('opens a log, searches it on the host, and comes back', async () => {
    using on = stage(size, { depth, unicode })
    await select(on, 'alpha')
    on.send('\r')
    await on.until('FOLLOWING')
    await on.until('Application startup complete')
    on.send('/Uvicorn\r')
    await on.until(/\/Uvicorn +(1 of 1|0)|'Uvicorn' is not/)
    on.send('/startup\r')
    await on.until(/\/startup +\d+ of \d+/)
    await on.until('PAUSED')
    on.send('qq')
    await on.until(/x actions|actions\.\.|c cause/)
    expect(on.shell.side).toBe('list')
  })

  test('a fix opens the relaunch form with its command and difference; Escape launches nothing', async () => {
    using on = stage(size, { depth, unicode })
    await select(on, 'omega')
    await on.until('CAUSE')
    on.send('c')
    await on.until('> fix 1')
    on.send('\r')
    await on.until(/Relaunch omega: /)
    await on.until('Enter Relaunch  Esc leave')
    await on.until('+ --max-model-len 16384')
    await on.until('98304')
    on.send('\x1b')
    await on.until(screen => !screen.text().includes('Relaunch omega'))
    const { items } = await kitchen.w.client.call(cookbook.tasks, { latest: false })
    expect(items).toHaveLength(2)
  })

  test('a conversation shows each answer as it comes, with what it took, and goes on', async () => {
    using on = stage(size, { depth, unicode })
    await select(on, 'alpha')
    on.send('i')
    await on.until('Ask alpha something')
    on.send('think of 17\r')
    await on.until('| Somebody wants me to think')
    await on.until('I am a pretended model')
    await on.until(/\d+ tokens +[\d.]+ tok\/s +first after \d+ ms/)
    on.send('and of 18\r')
    await on.until(/> and of 18/)
    await on.until(/tok\/s[\s\S]*tok\/s/)
    expect(on.isWhole).toBe(true)
    on.send('\x1b')
    await on.until(screen => !screen.text().includes('and of 18'))
    on.send('i')
    await on.until(/> and of 18/)
    on.send('\x0e')
    await on.until('Ask alpha something')
    on.send('half a question\x1b')
    await on.until(screen => !screen.text().includes('Ask alpha'))
    on.send('i')
    await on.until('> half a question')
    on.send('\x15\x1b')
    await on.until(screen => !screen.text().includes('Ask alpha'))
  })

  test('a pasted question keeps its lines, and ^Y copies the answer as it was written', async () => {
    using on = stage(size, { depth, unicode })
    await select(on, 'alpha')
    on.send('i')
    await on.until('Ask alpha something')
    await on.until('^Y copy')
    on.send('\x19')
    await on.until('nothing was answered yet')
    on.send('why does\x1b[200~ this fail?\ndef f(x):\n    return\x1b[201~ x')
    await on.until(/> why does this fail\?.*\n.* def f\(x\):.*\n.* {4}return x/)
    on.send('\x1b[D\x17y\r')
    await on.until(/> why does this fail\?.*\n.* def f\(x\):.*\n.* {4}yx/)
    await on.until(/stop\.[\s\S]*\d+ tokens/)
    const taken = Promise.withResolvers<boolean>()
    on.taken = taken.promise
    on.send('\x19')
    await on.until('copying the last answer')
    taken.resolve(false)
    await on.until('sent to tmux, which may not pass it on')
    on.taken = true
    on.send('\x19')
    await on.until('the last answer is copied')
    expect(on.copied.at(-1)).toMatch(/I am a pretended model/)
    on.send('\x0e')
    await on.until('Ask alpha something')
    on.send('\x1b')
    await on.until(screen => !screen.text().includes('Ask alpha'))
  })

  test('a stop asks with the facts, and No is what Enter means', async () => {
    using on = stage(size, { depth, unicode })
    await select(on, 'alpha')
    on.send('X')
    await on.until('Stop alpha')
    await on.until(`port ${ready.port}`)
    await on.later()
    on.send('\r')
    await on.until(screen => !screen.text().includes('Stop alpha'))
    expect((await kitchen.until(ready.id, 'ready')).state).toBe('ready')
  })
})

describe('the Cookbook', () => {
  test('what was typed for a model that cannot be talked to does nothing, until Esc', async () => {
    using on = stage()
    await select(on, 'omega')
    on.send('i')
    await on.until(/talk: it is crashed, not ready +Esc goes on/)
    on.send('hello z how X r o\r')
    await on.later()
    expect(on.shell.overlays).toEqual([])
    expect(on.screen.text()).toContain('talk: it is crashed, not ready')
    on.send('\x1b')
    await on.until(/l log +c cause/)
    on.send('i')
    await on.until('Esc goes on')
    on.send('\x1b[A')
    await on.until(screen => !screen.text().includes('Esc goes on'))
  })

  test('the last row names what is wanted of what is selected, and the list says when it is narrowed', async () => {
    using on = stage()
    const foot = () => on.screen.rows()[23]!
    await select(on, 'alpha')
    await on.until(() => /i talk +X stop\.\./.test(foot()))
    on.send('\x1b')
    await select(on, 'omega')
    await on.until(() => /c cause +r relaunch/.test(foot()) && !foot().includes('i talk'))
    on.send('\x1b')
    await on.until('alpha')
    on.send('g')
    await on.until(() => foot().includes('s shell') && !foot().includes('c cause'))
    on.send('.')
    await on.until('-- only yours: . shows all')
    on.send('.')
    await on.until(screen => !screen.text().includes('-- only yours'))
  })

  test('shows a launch of somebody else without being asked', async () => {
    using on = stage()
    await on.until('alpha')
    const third = await kitchen.launch(`${modest} Qwen/Qwen3-0.6B`, { name: 'from-an-agent' })
    await on.until('from-an-agent')
    await kitchen.until(third.id, 'ready')
    await on.until(/from-an-agent .*ready/)
    await kitchen.w.client.send('POST', `/api/v1/serves/${third.id}/stop`, { force: true })
    await on.until(/from-an-agent .*stopp/)
  })

  test('stops what was agreed to be stopped, and launches from the form what was typed', async () => {
    using on = stage({ cols: 120, rows: 40 })
    const serve = await kitchen.launch(`${modest} Qwen/Qwen3-0.6B`, { name: 'short-lived' })
    await kitchen.until(serve.id, 'ready')
    await select(on, 'short-lived')
    on.send('X')
    await on.until('Stop short-lived')
    await on.later()
    on.send('y')
    await kitchen.until(serve.id, 'stopped')
    await on.until(/short-lived .*stopped/)
    on.send('\x1b')
    await on.until(screen => screen.text().includes('alpha'))
    on.send('o')
    await on.until('A command ...')
    on.send('\r')
    await on.until('> Command')
    on.send(
      `${kitchen.machine.bin}/vllm serve Qwen/Qwen3-0.6B --gpu-memory-utilization 0.3 --port ${serve.port}`,
    )
    await on.until('vllm  Qwen/Qwen3-0.6B  :')
    on.send('\t\t\ttyped-here\x1b\r')
    await on.until('Launching typed-here')
    await on.until(/typed-here .*(launching|loading|ready)/)
  })

  test('a launch is checked on the smallest screen too, and then stands selected', async () => {
    using on = stage({ cols: 40, rows: 10 })
    await select(on, 'alpha')
    on.send('o')
    await on.until('A command ...')
    on.send('\r')
    await on.until('> Command')
    on.send(`${modest} Qwen/Qwen3-0.6B --port 99999`)
    await on.until("! '99999' is not")
    on.send('\x17\x17')
    await on.until(/│ vllm {2}Qwen\/Qwen3-0\.6B/)
    // Nothing lies over anything else: each row is one of the form, in its frame.
    const rows = on.screen.rows()
    expect(rows.every(row => /^[│┌└].*[│┐┘]$/.test(row))).toBe(true)
    expect(rows[8]).toBe('│ M-Enter Launch  Esc leave            │')
    on.send('\t\t\tsmallest\x1b\r')
    await on.until(/^>.*smallest/m)
    const { items } = await kitchen.w.client.call(cookbook.tasks, { latest: true })
    const { id } = items.find(({ name }) => name === 'smallest')!
    await kitchen.until(id, 'ready')
    await kitchen.w.client.send('POST', `/api/v1/serves/${id}/stop`, { force: true })
  })

  test('several at once want more than a y', async () => {
    using on = stage()
    await select(on, 'alpha')
    on.send('\x1b')
    await on.until('typed-here')
    for (const name of ['alpha', 'typed-here']) {
      await select(on, name)
      on.send(' ')
      await on.until(new RegExp(`\\*.*${name}`))
    }
    on.send('/\r')
    await on.until('alpha')
    on.send('X')
    await on.until('Stop 2 serves')
    await on.until('Type stop 2')
    await on.later()
    on.send('y\r')
    await on.settled()
    expect(on.screen.text()).toContain('Stop 2 serves')
    on.send('\x1b')
    await on.until(screen => !screen.text().includes('Stop 2 serves'))
  })

  test('on a screen that only reads nothing can be changed', async () => {
    using on = stage(small, { readOnly: true })
    await on.until('READ ONLY')
    await select(on, 'alpha')
    on.send('X')
    await on.until('this screen only reads')
    expect(on.shell.overlays).toHaveLength(0)
  })

  test('what the action menu says of the chosen one can be read whole at 80 columns', async () => {
    using on = stage()
    await select(on, 'alpha')
    on.send('x')
    await on.until('Actions: alpha')
    const inside = (row: string) => /│([^│]*)│/.exec(row)?.[1] ?? ''
    const read = () => on.screen.rows().map(inside).join(' ').replaceAll(/\s+/g, ' ')
    const { help } = on.shell.actions.get('cook.commands')!
    expect(read()).not.toContain(help)
    for (let turn = 0; turn < 40 && !/ > @ /.test(read()); turn++) {
      on.send('j')
      await on.settled()
    }
    await on.until(() => read().includes(help))
    on.send('x')
    await on.until(screen => !screen.text().includes('Actions: alpha'))
  })

  test('the action menu is as wide as what it says, where the screen is', async () => {
    using on = stage(large)
    await select(on, 'alpha')
    on.send('x')
    await on.until('Actions: alpha')
    await on.until(on.shell.actions.get('cook.commands')!.help)
  })

  test('attaches to the session, and says what ended it at once where there is none', async () => {
    using on = stage()
    await select(on, 'alpha')
    on.send('a')
    await on.until('leave: C-] d')
    expect(on.screen.rows()[23]).toContain(ready.id)
    on.send('\x1dd')
    await on.until(/^>.*alpha/m)
    expect(on.screen.text()).not.toContain('leave: C-]')
    const brief = await kitchen.launch(`${modest} Qwen/Qwen3-0.6B`, { name: 'brief' })
    await kitchen.until(brief.id, 'ready')
    const socket = kitchen.w.paths.tmuxSocket
    execFileSync('tmux', ['-S', socket, 'kill-session', '-t', `=${brief.id}:`])
    await select(on, 'brief')
    on.send('a')
    await on.until(/brief: .*find session/)
    await kitchen.w.client.send('POST', `/api/v1/serves/${brief.id}/stop`, { force: true })
  })

  test('a cause that cannot be told is asked for once, and again when a person looks', async () => {
    let asked = 0
    const carry = (request: Request) => {
      if (!request.url.endsWith(`${dead.id}/diagnosis`)) return kitchen.w.inside.carry(request)
      asked++
      return Promise.resolve(
        Response.json({ error: { code: 'lost', message: 'out of reach' } }, { status: 503 }),
      )
    }
    using on = new ScreenStage(carry, { cols: 120, rows: 40 })
    await select(on, 'omega')
    await on.until(() => asked > 0)
    await on.settled()
    const before = asked
    for (let turn = 0; turn < 20; turn++) {
      on.shell.signal.now()
      await on.settled()
    }
    expect(asked).toBe(before)
    on.send('c')
    await on.until('out of reach')
    expect(asked).toBe(before + 1)
    on.send('R')
    await on.until(() => asked > before + 1)
  })

  test('measurements are asked for only while somebody looks at them', async () => {
    let asked = 0
    const carry = (request: Request) => {
      if (request.url.includes('/metrics')) asked++
      return kitchen.w.inside.carry(request)
    }
    using on = new ScreenStage(carry, small)
    await select(on, 'alpha')
    on.send('M')
    await on.until('KV cache in use')
    await on.until(/^ {8}-2m +-1m +now$/m)
    on.send('2')
    await on.until(/\[2 ?Tod/)
    asked = 0
    let heard = 0
    on.shell.live.onEvent(({ id }) => {
      if (id === ready.id) heard++
    })
    kitchen.w.inside.workspace.changes.mention({
      noun: 'serve',
      action: 'cookbook.telemetry',
      id: ready.id,
      actor: 'ithaca',
      summary: '',
      data: kitchen.w.inside.workspace.cookbook.serves.view(
        kitchen.w.inside.workspace.cookbook.serves.get(ready.id),
      ),
    })
    await on.until(() => heard > 0)
    expect(asked).toBe(0)
  })

  test('a question about removing is answered for what it named, though the list moved', async () => {
    const launch = (name: string) =>
      kitchen.launch('vllm serve deepseek-ai/DeepSeek-V3 --max-model-len 98304', { name })
    // The newest is above: what is below it takes its place.
    const [second, first] = [await launch('stays-here'), await launch('gone-first')]
    await Promise.all([first, second].map(({ id }) => kitchen.until(id, 'crashed')))
    const all = async () => {
      const { items } = await kitchen.w.client.call(cookbook.tasks, { latest: false })
      return items.map(({ id }) => id).sort()
    }
    const before = await all()
    using on = stage()
    await select(on, 'gone-first')
    on.send('\x1b')
    await on.until(/^>.*gone-first/m)
    await on.shell.router.run(on.shell.actions.get('cook.forget')!)
    await on.until('Remove gone-first')
    await kitchen.w.client.call(cookbook.forget, { id: first.id })
    await on.until(() => on.shell.world.serves.get(first.id) === undefined)
    await on.later()
    on.send('y')
    await on.until(screen => !screen.text().includes('Remove gone-first'))
    await on.settled()
    expect(await all()).toEqual(before.filter(id => id !== first.id))
    await kitchen.w.client.call(cookbook.forget, { id: second.id })
  })

  test('finds what is under a folded host', async () => {
    using on = stage()
    await on.until('alpha')
    on.send('gh')
    await on.until(screen => !screen.text().includes('alpha'))
    on.send('/alpha\r')
    await on.until(/[* ] alpha .*ready/)
    on.send('\x1b')
    await on.until(screen => !screen.text().includes('alpha'))
  })

  test('shows the commands that really ran, each whole, and how to do the same by hand', async () => {
    using on = stage({ cols: 120, rows: 40 })
    await select(on, 'alpha')
    on.send('@')
    await on.until('What ran on local')
    await on.until(/looks +\d+ questions about how it is/)
    const shown = on.screen.text()
    expect(shown).not.toMatch(/question +(m='|ithaca_boot|printf)/)
    expect(shown).toMatch(/question +tmux new-session -d -s /)
    const { items } = await kitchen.w.client.call(hosts.commands, { id: 'local' })
    const started = items.findIndex(({ text }) => / new-session -d -s /.test(text))
    expect(items[started]).toMatchObject({ what: 'question', code: 0, error: null })
    expect(items[started]!.text).toContain(`tmux -u -S ${kitchen.w.paths.tmuxSocket} `)
    // What every script begins with is left out.
    expect(items[started]!.text).toMatch(/^\(\numask 077\n+ithaca_lock/)
    expect(items.length).toBeLessThanOrEqual(60)
    on.send('\r')
    await on.until('By hand, without this screen')
    await on.until(`ithaca --demo cookbook why ${ready.id}`)
    await on.until(`ithaca --demo attach ${ready.id}`)
    await on.until('y copies a line whole')
    on.send('yj\r')
    await on.until(/Copied the line for: Its tmux session/)
    expect(on.copied.at(-1)).toBe(`ithaca --demo attach ${ready.id}`)
    on.send('P')
    await on.until(() => on.ran.length > 0)
    const plain = on.ran.at(-1)!
    expect(plain).toContain(`ithaca --demo cookbook logs ${ready.id} -f`)
    expect(plain.find(line => line.includes(' attach -t '))!.length).toBeGreaterThan(80)
    on.send('q@j\r')
    await on.until(/question on local.* exit 0/)
    on.send('q')
    await on.until('What ran on local')
    on.send('q')
    await on.until(screen => !screen.text().includes('What ran on local'))
  })

  test("tells of another machine's serve what works from here: its tmux is there", async () => {
    using on = new ScreenStage(kitchen.w.inside.carry, { cols: 120, rows: 40 }, { mode: 'remote' })
    await on.until('alpha')
    await select(on, 'alpha')
    on.send('y')
    await on.until(`ithaca --demo attach ${ready.id}`)
    on.send('\x1b')
    await on.until(screen => !screen.text().includes('How to attach'))
    on.send('@')
    await on.until('What ran on local')
    on.send('\r')
    await on.until('By hand, without this screen')
    await on.until('ithaca --demo hosts shell local')
    expect(on.screen.text()).not.toContain('tmux alone')
  })

  test('a crash is told for a while, and marked on the tab until somebody has looked at it', async () => {
    using on = stage()
    await on.until('alpha')
    on.send('2')
    await on.until('[2 Todo]')
    const crash = await kitchen.launch('vllm serve deepseek-ai/DeepSeek-V3 --max-model-len 98304', {
      name: 'unseen',
    })
    await kitchen.until(crash.id, 'crashed')
    await on.until(/(unseen crashed on|crashed on local: .*unseen)/)
    const marked = () => Number(/1 ?Coo\w*!(\d+)/.exec(on.screen.rows()[0]!)?.[1] ?? 0)
    await on.until(() => marked() > 0)
    const before = marked()
    expect(on.shell.toasts.every(({ until }) => until !== null)).toBe(true)
    on.send('1')
    await on.until('[1 Cook')
    await select(on, 'unseen')
    await on.until(() => marked() < before)
    await kitchen.w.client.call(cookbook.forget, { id: crash.id })
  })

  test('copies', async () => {
    using on = stage()
    await select(on, 'alpha')
    on.send('y')
    await on.until('A curl line')
    on.send('j\r')
    await on.until('Copied a curl line')
    expect(on.copied[0]).toContain(`:${ready.port}/v1/chat/completions`)
    on.send('y')
    await on.until('The path of its log')
    on.send('jjjjj\r')
    await on.until('Copied the path of its log')
    expect(on.copied[1]).toBe(await kitchen.w.inside.workspace.cookbook.reading.path(ready.id))
    expect(existsSync(on.copied[1]!)).toBe(true)
  })

  test('a relaunch keeps its row, and shows the log of the new attempt', async () => {
    using on = stage()
    await select(on, 'omega')
    await on.until('CAUSE')
    on.send('c')
    await on.until('> fix 1')
    on.send('\r')
    await on.until('Relaunch omega')
    await on.until('+ --max-model-len')
    on.send('\x1b\r')
    await on.until(/< omega .*attempt 2\/2/)
    on.send('d')
    await on.until(/attempt +2 of/)
    on.send('G')
    await on.until(/> +2 +(launching|loading|ready|CRASHED)/)
    on.send('G')
    await on.until(/ 1 +CRASHED after .*context_length_invalid/)
    await on.until('+ --max-model-len 16384')
    on.send('qq')
    await on.until(/^>.* omega /m)
    const [{ id }] = (await kitchen.w.client.call(cookbook.tasks, { lineage: dead.lineage })).items as [Serve]
    expect(id).not.toBe(dead.id)
    await kitchen.w.client.send('POST', `/api/v1/serves/${id}/stop`, { force: true })
  })
})

describe('while nothing changes', () => {
  test('an age is worth no frame, and is told anew with the next that is drawn for something else', async () => {
    using on = stage()
    await on.until(/\* alpha .*ready \d+[sm]/)
    const { ages, signal } = on.shell
    const drawn = async () => {
      signal.soon()
      await new Promise(resolve => on.compositor.onFrame(resolve))
      await on.settled()
    }
    await drawn()
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 7_200_000 })
    const before = on.bytes
    await drawn()
    expect(on.bytes).toBe(before)
    on.shell.toast('info', 'Something else.')
    await on.until('Something else.')
    await on.until(/\* alpha .*ready 2h0\d/)
    on.shell.dismiss()
    vi.setSystemTime(Date.now() + 3_600_000)
    on.send('k')
    await on.until(/alpha .*ready 3h0\d/)
    expect(ages.now).toBe(Date.now())
  })
})
