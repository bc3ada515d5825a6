import { describe, expect, test } from 'vitest'
import type { Gpu, Host } from '../../../src/contract/hosts.ts'
import type { Attempt, Diagnosis, Serve } from '../../../src/contract/serve.ts'
import { phaseOf } from '../../../src/cookbook/phases.ts'
import { attemptRows } from '../../../views/panes/cookbook/attempt-rows.ts'
import { causeRows } from '../../../views/panes/cookbook/cause.ts'
import { sentence } from '../../../views/panes/cookbook/herald.ts'
import { hostRows } from '../../../views/panes/cookbook/host-rows.ts'
import { type Item, treeOf } from '../../../views/panes/cookbook/kitchen.ts'
import { judgementOf } from '../../../views/panes/cookbook/launch.ts'
import { livingSide } from '../../../views/panes/cookbook/living.ts'
import { ownedGpus } from '../../../views/panes/cookbook/owners.ts'
import { columnsOf, itemRow } from '../../../views/panes/cookbook/rows.ts'
import { stopQuestion } from '../../../views/panes/cookbook/stop.ts'
import { Newest } from '../../../views/store/newest.ts'
import { withoutColours } from '../../../views/terminal/sanitise.ts'
import { textWidth } from '../../../views/terminal/width.ts'
import { asciiGlyphs } from '../../../views/widgets/text.ts'
import { toned } from '../../../views/widgets/theme.ts'
import { treeRows } from '../../../views/widgets/tree.ts'

const now = Date.UTC(2026, 1, 3, 12)
const minute = 60_000

const serve = (name: string, more: Partial<Serve> = {}): Serve =>
  ({
    id: name,
    kind: 'serve',
    name,
    host: 'a',
    host_name: 'gpu-a',
    engine: 'vllm',
    model: name,
    cmd: '',
    port: 8001,
    gpus: [],
    state: 'ready',
    phase: null,
    percent: null,
    exit_code: null,
    signal: null,
    reason: null,
    cause: null,
    launched_at: now - 3 * minute,
    ready_at: now - 2 * minute,
    ended_at: null,
    seen_at: now,
    operator: 'ann@laptop',
    mine: false,
    origin: 'launched',
    lineage: name,
    attempt: 1,
    vram_mib: null,
    metrics: null,
    pid: 1,
    ...more,
  }) as Serve

const gpu = (index: number, used = 0, processes: Partial<Gpu['processes'][number]>[] = []): Gpu =>
  ({ index, name: 'NVIDIA H100 80GB HBM3', total_mib: 81_920, used_mib: used, processes }) as Gpu

const host = (devices: Gpu[], reach: Partial<Host['reach']> = {}): Host =>
  ({
    id: 'a',
    name: 'gpu-a',
    target: 'gpu-a',
    devices,
    disks: [] as Host['disks'],
    reach: {
      state: 'connected',
      since: now - minute,
      round_trip_ms: 8,
      reason: null,
      retry_at: null,
      ...reach,
    },
  }) as unknown as Host

function drawn(hosts: Host[], serves: Serve[], width: number, lately: readonly number[] = []): string[] {
  const around = {
    columns: columnsOf(serves),
    glyphs: asciiGlyphs,
    now,
    trend: () => lately,
    isReached: (one: Serve) => hosts.find(({ id }) => id === one.host)?.reach.state !== 'unreachable',
  }
  return treeRows<Item>(
    treeOf(hosts, serves, () => true, now),
    new Set(),
  ).map(row => withoutColours(itemRow(row, width, around)))
}

const orphan = {
  pid: 41277,
  name: 'VLLM::Worker',
  user: 'ann',
  container: null,
  used_mib: 75_776,
  serve: null,
  orphan: true,
}

describe('the rows of the list', () => {
  const devices = [
    gpu(0, 80_000),
    gpu(1, 80_000),
    gpu(2, 40_000),
    gpu(3, 400),
    gpu(4, 20_000, [
      { pid: 7, user: 'bob', serve: null, orphan: false, name: 'python', container: null, used_mib: 1 },
    ]),
    gpu(5),
    gpu(6, 9000),
    gpu(7, 75_776, [orphan]),
  ]
  const serves = [
    serve('theirs', { gpus: [0, 1] }),
    serve('own', { gpus: [2], mine: true }),
    serve('other', { gpus: [4], operator: 'abe@x' }),
    serve('gone', { gpus: [5], state: 'crashed', ended_at: now }),
  ]

  test('a host shows whose its GPUs are, and who the letters are for', () => {
    expect(ownedGpus(host(devices), serves).letters).toEqual(['a', 'a', 'm', '', 'b', '', '?', '!'])
    const row = drawn([host(devices)], serves, 78)[0]
    expect(row).toBe('v gpu-a  8xH100  aa aa m. .. b. .. ?. !!  298/640G  <10ms  a=ann m=me b=abe')
  })

  test('what was found on a GPU has one row, and says that it is an orphan', () => {
    const found = serve('VLLM::Worker-41277', {
      id: 'process-1',
      gpus: [7],
      origin: 'seen',
      kind: 'process',
      port: null,
      vram_mib: 75_776,
    })
    const rows = drawn([host([gpu(7, 75_776, [{ ...orphan, serve: 'process-1' }])])], [found], 78)
    expect(rows).toHaveLength(2)
    expect(rows[1]).toMatch(/^ +! VLLM::Worker-41277 +7 ORPHAN 74G, parent gone +process +ann/)
  })

  test('what an agent launched is said to be its, in its row and on the GPUs', () => {
    const launched = serve('launched', { gpus: [0], mine: true, actor: 'bot' })
    const own = serve('own', { gpus: [1], mine: true, actor: 'operator' })
    const rows = drawn([host([gpu(0, 80_000), gpu(1, 80_000)])], [launched, own], 78)
    expect(rows[0]).toMatch(/ bb+ mm+ .*b=bot m=me$/)
    expect(rows.slice(1).map(row => / bot$/.test(row))).toEqual([true, false])
  })

  test('what was stopped and still holds its memory is shown as whose it was', () => {
    const leaving = [{ pid: 9, user: 'root', serve: 'mine', orphan: false, name: 'python', used_mib: 70_000 }]
    const stopped = serve('mine', { gpus: [0], mine: true, state: 'stopped', ended_at: now })
    expect(ownedGpus(host([gpu(0, 70_000, leaving)]), [stopped]).letters).toEqual(['m'])
  })

  test('a host of an older daemon, which tells no disks, has its row and its details', () => {
    const { disks: _none, ...old } = host([gpu(0)])
    expect(drawn([old as Host], [], 60)[0]).toContain('gpu-a')
    expect(hostRows(old as Host, 60, asciiGlyphs).map(withoutColours)).toContain('host        gpu-a')
  })

  test('a try that fails as the one before changes nothing of what is said of an unreachable host', () => {
    const lost = (retry_at: number | null) => host([], { state: 'unreachable', retry_at, reason: 'no route' })
    const rows = (one: Host) => hostRows(one, 60, asciiGlyphs).map(withoutColours)
    expect(rows(lost(now + 12_000))).toEqual(rows(lost(now + 72_000)))
    expect(rows(lost(now))).toContain('retries     by itself')
    expect(rows(lost(null))).toContain('retries     none, before it is changed')
    expect(drawn([lost(now + 12_000)], [], 120)).toEqual(drawn([lost(now + 72_000)], [], 120))
  })

  test('what has just died stands before what lives, and what died long ago behind it', () => {
    const died = (name: string, minutes: number) =>
      serve(name, { state: 'crashed', ended_at: now - minutes * minute })
    const rows = drawn([host([])], [serve('alive'), died('old', 90), died('fresh', 4)], 78).slice(1)
    expect(rows.map(row => row.split(/ +/)[2])).toEqual(['fresh', 'alive', 'old'])
  })

  test('a state is read whole before a port or a GPU is, on a narrow screen and beside a log', () => {
    const dead = serve('qwen3-32b', {
      gpus: [4],
      state: 'crashed',
      ended_at: now,
      cause: 'gpu_oom_weights',
      mine: true,
    })
    const busy = serve('long-context', { port: 19844, gpus: [2] })
    const rows = (width: number) => drawn([host([])], [busy, dead], width).slice(1)
    expect(rows(54)).toEqual([
      '  x qwen3-32b    :8001  4 CRASHED 0s gpu_oom_weights',
      '  * long-context :19844 2 ready 2m  ann',
    ])
    expect(rows(38)[0]).toContain('CRASHED 0s gpu')
  })

  test('with room each GPU is a bar as full as its memory', () => {
    expect(drawn([host(devices)], serves, 120)[0]).toContain('aaaa aaaa mm.. .... b... .... ?... !!!!')
    expect(drawn([host(devices)], serves, 44)[0]).toBe('v gpu-a  8xH100  aam.b.?!  298/640G  <10ms')
  })

  test('the room for models is said where it fits, as bytes of a disk', () => {
    const disk = (free_bytes: number): Host['disks'] => [
      { what: 'cache', path: '/hub', mount: '/', free_bytes, total_bytes: 4e12 },
    ]
    const on = { ...host(devices), disks: disk(1.2 * 1024 ** 4) }
    expect(drawn([on], serves, 78)[0]).toBe(
      'v gpu-a  8xH100  aam.b.?!  298/640G  disk 1.2T free  <10ms  a=ann m=me b=abe',
    )
    expect(drawn([on], serves, 44)[0]).toBe('v gpu-a  8xH100  aam.b.?!  298/640G  <10ms')
    expect(drawn([{ ...host([]), disks: disk(4.5 * 1024 ** 3) }], [], 78)[0]).toBe(
      '  gpu-a  disk 4.5G free  <10ms',
    )
  })

  test('an orphan is named with its owner, and one process on several GPUs is one row', () => {
    const rows = drawn([host([gpu(6, 1, [orphan]), gpu(7, 1, [orphan])])], [], 78)
    expect(rows).toHaveLength(2)
    expect(rows[1]).toMatch(/^ {2}! pid 41277 +- +6-7 +ORPHAN {2}148G {2}VLLM::Worker, parent gone {2}ann$/)
  })

  test('what a serve did lately is a line behind its speed', () => {
    const busy = serve('busy', {
      mine: true,
      metrics: { at: now, running: 3, waiting: 2, tokens_per_second: 41, kv_use: 0.5, ttft_ms: 90 },
    })
    expect(drawn([host([])], [busy], 100, [0, 20, 41])[1]).toContain(
      'ready 2m 41 tok/s run 3 wait 2 kv 50% _=#',
    )
    expect(drawn([host([])], [busy], 100, [0, 0])[1]).not.toContain('_')
  })

  test('a host out of reach says what was last seen there and why it is not reached', () => {
    const lost = host([], {
      state: 'unreachable',
      since: now - 3 * minute,
      reason: 'no route',
    })
    const rows = drawn([lost], [serve('one'), serve('two', { state: 'crashed', ended_at: now })], 120)
    expect(rows[0]).toMatch(
      /^v gpu-a {2}UNREACHABLE 3m, last seen \S+( \d\d:\d\d)?: 1 ready, 1 failed {2}no route$/,
    )
    expect(rows[2]).toMatch(/ready 2m as of /)
  })

  test.each([40, 58, 64, 78, 120, 196])('no row is wider than %i', width => {
    const long = serve('x'.repeat(90), { cause: 'y'.repeat(90), state: 'crashed', ended_at: now })
    const lost = host([], { state: 'unreachable', since: now, reason: 'z'.repeat(200) })
    for (const row of drawn([host(devices)], [...serves, long], width))
      expect(textWidth(row)).toBeLessThanOrEqual(width)
    expect(drawn([lost], [], width)).toHaveLength(1)
  })
})

describe('why one that lives is as it is', () => {
  const said = (more: Partial<Serve>, reach = host([]).reach, whyNot: string | null = null) =>
    livingSide(serve('big', { ready_at: null, ...more }), { diagnosis: null, whyNot, fix: 0 }, reach, 78, now)
      .map(withoutColours)
      .join(' ')

  test('one that loads says for how long, what it waits for, and what to watch', () => {
    const loading = said({ state: 'loading', percent: 50, phase: 'weights 2/4' })
    for (const words of ['Loading for 3m, 50% done.', 'waits for its weights', 'weights 2/4', 'its log (l)'])
      expect(loading).toContain(words)
    expect(loading).not.toMatch(/healthy|wrong/)
    expect(said({ state: 'loading' })).toContain('Loading for 3m. Nothing it has said so far is recognised')
    expect(said({ state: 'loading', phase: 'building wheel' })).toContain('The last it said: building wheel.')
    expect(said({ state: 'queued', gpus: [0] })).toContain('Queued for 3m. It waits for what it asked for')
  })

  test('one that serves says since when', () => {
    expect(said({ ready_at: now - 2 * minute })).toBe(
      'Nothing wrong: ready for 2m. It answers its health check.',
    )
  })

  test('one that is not healthy says when it was ready, and names no key that is refused', () => {
    const ill = said({ state: 'unhealthy', ready_at: now - 3 * 24 * 60 * minute })
    expect(ill).toContain('Unhealthy: it was first ready 3d ago. Its process lives')
    expect(ill).not.toMatch(/\bi talks|after it/)
  })

  test('one that is started again by its rule says that', () => {
    const reason = 'starts again by its rule, attempt 2'
    expect(said({ state: 'launching', ready_at: now - minute, reason })).toContain(
      'Launched 3m ago: starts again by its rule, attempt 2. It waits for its host to start its process again.',
    )
  })

  test.each([
    ['download', 'Downloading for 3m, 50% done.'],
    ['install', 'Installing for 3m, 50% done.'],
    ['copy', 'Copying for 3m, 50% done.'],
  ] as const)('work of the kind %s is no start of a model', (kind, head) => {
    const work = said({ kind, state: 'loading', percent: 50, phase: 'collecting' })
    expect(work).toContain(`${head} It ends by itself when that is done. The last it said: collecting.`)
    expect(work + said({ kind, state: 'stopping' })).not.toMatch(/GPU|start|port/)
  })

  test('one without a port is not said to answer', () => {
    expect(said({ ready_at: now - minute, port: null })).not.toContain('answers')
  })

  test('one whose host is not reached says only how it was when it was seen', () => {
    const away = host([], { state: 'unreachable', reason: 'No route to host.' }).reach
    const lost = said({ ready_at: now - 2 * minute }, away)
    expect(lost).toMatch(
      /^Last seen .+ as ready\. How it is now is not known: gpu-a is not reached: No route to host\.$/,
    )
    expect(said({ state: 'loading', seen_at: null }, away)).toMatch(/^Last known as loading\. How/)
  })

  test('why the cause could not be told is told', () => {
    const why = 'The cause is not known: gpu-a does not answer.'
    expect(said({ state: 'loading' }, undefined, 'gpu-a does not answer.')).toMatch(
      new RegExp(`^Loading .*${why}$`),
    )
  })

  test('every step of a start that is recognised is told in a sentence of its own', () => {
    const lines = [
      'Loading safetensors checkpoint shards:  50% Completed | 2/4 [00:01<00:01]',
      'Capturing CUDA graphs: 50%',
      'GPU KV cache size: 100 tokens',
      'Loading weights took 3 seconds',
      'torch.compile takes 3 s in total',
      'warming up the model with an empty run',
      'Application startup complete.',
      'Initializing a V1 LLM engine',
      'Downloading model: 3%',
    ]
    for (const line of lines) {
      const { phase } = phaseOf(line)!
      expect(said({ state: 'loading', phase }), line).not.toContain('waits for that')
    }
  })
})

test('what happens to many at once is one sentence', () => {
  const crashed = { verb: 'crashed', of: 'crashed' }
  const many = Array.from({ length: 50 }, (_, n) => serve(`s${n}`))
  expect(sentence(many.slice(0, 1), crashed)).toBe('s0 crashed on gpu-a.')
  expect(sentence(many.slice(0, 2), crashed)).toBe('2 crashed on gpu-a: s0, s1.')
  expect(sentence(many, crashed)).toBe('50 crashed on gpu-a: s47, s48, s49 and 47 more.')
  const again = serve('again', { lineage: many[1]!.lineage })
  expect(sentence([...many.slice(0, 2), again], crashed)).toBe('2 crashed on gpu-a: s0, again.')
})

test('what is remembered of many is what was set last', () => {
  const kept = new Newest<string, number>(2)
  kept.set('a', 1).set('b', 2).set('a', 3).set('c', 4)
  expect([...kept]).toEqual([
    ['a', 3],
    ['c', 4],
  ])
})

describe('the question before a stop', () => {
  const busy = serve('busy', {
    mine: true,
    gpus: [0, 1],
    vram_mib: 20_480,
    metrics: { at: now, running: 2, waiting: 1, tokens_per_second: 1, kv_use: null, ttft_ms: null },
  })
  test('names host, process, port, memory, requests and owner; one’s own wants a y', () => {
    const { facts, mustType } = stopQuestion([busy], now)
    const said = facts.join(' ')
    for (const fact of [
      'gpu-a',
      'port 8001',
      'GPUs 0-1',
      'process 1 ',
      '20.0 GiB',
      '3 live requests',
      'yours',
    ])
      expect(said).toContain(fact)
    expect(mustType).toBeUndefined()
  })

  test('says in a sentence what it does', () => {
    const minutes = (n: number, more: Partial<Serve> = {}) =>
      stopQuestion([{ ...busy, ready_at: now - n * 60_000, ...more }], now).facts[1]
    const metrics = { ...busy.metrics!, tokens_per_second: 41.2 }
    expect(minutes(4, { metrics: { ...metrics, tokens_per_second: 0 } })).toBe(
      'It has been ready for 4 minutes.',
    )
    expect(minutes(127, { metrics })).toBe(
      'It has been ready for 2 hours and 7 minutes, and makes 41 tokens a second.',
    )
    expect(minutes(0.5, { metrics: null })).toBe('It has been ready for less than a minute.')
    expect(minutes(0, { state: 'loading', percent: 75 })).toBe('It is loading, 75 percent are done.')
    expect(minutes(1500, { state: 'unhealthy' })).toBe(
      'It does not answer as it should, 1 day after it was ready.',
    )
  })

  test.each([
    ['another operator’s', serve('x'), 'x', 'belongs to ann@laptop'],
    ['an adopted one', serve('x', { mine: true, origin: 'adopted' }), 'x', 'adopted'],
  ])('%s wants its name', (_what, one, name, fact) => {
    const { facts, mustType } = stopQuestion([one], now)
    expect(mustType).toBe(name)
    expect(facts.join(' ')).toContain(fact)
  })

  test('many are counted, not listed without end', () => {
    const { facts, mustType } = stopQuestion(
      Array.from({ length: 30 }, () => busy),
      now,
    )
    expect(mustType).toBe('stop 30')
    expect(facts.length).toBeLessThan(13)
    expect(facts.join(' ')).toContain('and 22 more')
    expect(facts.join(' ')).toContain('600.0 GiB')
  })
})

describe('what is said of a launch while it is typed', () => {
  const rowsOf = (fit: object, more: object = {}): readonly string[] => {
    const whole = { upper_bound: false, freed_gib: 0, parts: [], settings: [], problems: [], ...fit }
    const check = { ok: false, error: null, engine: 'vllm', model: 'm', port: null, gpus: [], fit: whole }
    return judgementOf({ ...check, warnings: [], difference: [], ...more } as never).rows ?? []
  }
  const said = (...of: Parameters<typeof rowsOf>) => rowsOf(...of).map(withoutColours)

  test('what does not fit is never said to have memory to spare', () => {
    expect(said({ verdict: 'does_not', spare_gib: 5.4 })).toEqual(['DOES NOT FIT (estimated)'])
  })

  test('whether it fits is a sentence with the amount, its basis and what would fit', () => {
    const short = { verdict: 'does_not', spare_gib: -3.72 }
    expect(said(short)).toEqual(['DOES NOT FIT: 3.7 GiB short on each GPU (estimated)'])
    expect(said({ ...short, longest: 14112, upper_bound: true })).toEqual([
      'DOES NOT FIT: 3.7 GiB short on each GPU; a context of 14112 tokens would (estimated, an upper bound)',
    ])
    expect(said({ verdict: 'fits', spare_gib: 15.5, measured_in: 'attempt 1', freed_gib: 38.9 })).toEqual([
      'Fits: 15.5 GiB to spare on each GPU, with the 38.9 GiB it gives back first (measured in attempt 1)',
    ])
    expect(said({ verdict: 'tight', spare_gib: 0.4 })).toEqual([
      'Fits tightly: 0.4 GiB to spare on each GPU (estimated)',
    ])
  })

  test('what just fits says so, and is no all-clear', () => {
    const barely = { verdict: 'fits', spare_gib: 0.01 }
    expect(said(barely)).toEqual(['Just fits: less than 0.1 GiB to spare on each GPU (estimated)'])
    expect(said({ ...barely, verdict: 'tight', spare_gib: 0 })).toEqual(said(barely))
    expect(said({ verdict: 'does_not', spare_gib: -0.01 })).toEqual([
      'DOES NOT FIT: less than 0.1 GiB short on each GPU (estimated)',
    ])
    expect(rowsOf(barely)).toEqual([toned(said(barely)[0]!, 'warn')])
  })

  test('nothing is said twice, and a changed flag stands apart from its sign', () => {
    const sentence = 'Does not fit: needs 73.5 GiB of 43.2 GiB per GPU, short by 30.3 GiB.'
    const warnings = [sentence, 'GPU 1 is nearly full.']
    const difference = ['---port 1', '+--port 2', '+A=b']
    expect(said({ verdict: 'does_not', spare_gib: -30.3 }, { warnings, difference })).toEqual([
      'DOES NOT FIT: 30.3 GiB short on each GPU (estimated)',
      '! GPU 1 is nearly full.',
      '- --port 1',
      '+ --port 2',
      '+ A=b',
    ])
  })
})

describe('a cause', () => {
  const fixes = [
    {
      title: 'Use a shorter context',
      cmd: 'x',
      tried: false,
      operations: [{ op: 'set', flag: '--len', value: '9' }],
    },
    { title: 'Look', cmd: null, tried: false, operations: [{ op: 'run', command: 'nvidia-smi' }] },
    { title: 'Spread it', cmd: 'y', tried: true, operations: [{ op: 'append', flag: '--spread' }] },
  ]
  const diagnosis = {
    cause: 'kv_cache_too_small',
    verdict: 'cause',
    confidence: 0.9,
    root_line: 'ValueError: no',
    line_number: 18,
    excerpt: null,
    explanation: 'It needs more.',
    fixes,
  } as unknown as Diagnosis
  const died = serve('omega', {
    state: 'crashed',
    exit_code: 1,
    launched_at: now - 3 * minute,
    ready_at: null,
    ended_at: now - minute,
  })
  const rows = (width: number, selected: number) =>
    causeRows(died, diagnosis, null, width, selected).map(withoutColours)

  test('says when and how it died beside what of, where there is room', () => {
    expect(rows(90, -1)[0]).toMatch(
      /^CAUSE line 18 {2}kv_cache_too_small +died \S+( \S+)? exit 1 after 2m, never ready$/,
    )
    expect(rows(40, -1)[0]).toBe('CAUSE line 18  kv_cache_too_small')
  })

  test('shows with each fix what it puts into the command, what is to be run, and what was tried', () => {
    expect(
      rows(80, 0)
        .slice(2, 5)
        .map(row => row.trimEnd()),
    ).toEqual([
      '> fix 1  Use a shorter context  --len 9',
      '  fix 2  Look                   by hand: nvidia-smi',
      '  tried  Spread it              it died of the same',
    ])
    for (const width of [20, 40, 80])
      for (const row of rows(width, 1)) expect(textWidth(row)).toBeLessThanOrEqual(width)
  })
})

test('an attempt that runs is told by how long it does, one that ended by how it ended', () => {
  const one = (attempt: number, more: Partial<Attempt>): Attempt =>
    ({
      serve: `s${attempt}`,
      attempt,
      difference: [],
      fix: null,
      cause: null,
      kv_tokens: null,
      tokens_per_second: null,
      ready_seconds: null,
      ...more,
    }) as Attempt
  const attempts = [
    one(1, { state: 'crashed', seconds: 3, cause: 'gpu_oom_weights' }),
    one(2, { state: 'ready', seconds: 95, ready_seconds: 2 }),
  ]
  expect(attemptRows(attempts, 's2', 78).slice(2).map(withoutColours)).toEqual([
    '>  2  ready 1m  ready after 2s',
    '   1  CRASHED after 3s gpu_oom_weights  never ready',
  ])
})
