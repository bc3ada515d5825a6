import { describe, expect, it } from 'vitest'
import {
  Diagnoser,
  diagnose,
  diagnoseSegments,
  diagnoseText,
} from '../../../src/cookbook/diagnosis/diagnose.ts'

const start = 'INFO 02-03 10:00:00 [api_server.py:1] vLLM API server version 0.11.0'
const ready = 'INFO:     Application startup complete.'
const work = 'INFO:     127.0.0.1:4000 - "POST /v1/chat/completions HTTP/1.1" 200 OK'
const noMemory =
  'ValueError: Free memory on device (10.0/80.0 GiB) on startup is less than desired GPU memory utilization (0.9, 72.0 GiB). Decrease it.'
const wrapper =
  'RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}'
const portTaken =
  "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use"

const log = (...lines: string[]) => `${lines.join('\n')}\n`

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

describe('reading', () => {
  const text = log(
    'héllo wörld',
    start,
    ...Array.from({ length: 3000 }, (_, at) => `INFO 02-03 filler ${at}`),
    noMemory,
    wrapper,
  )

  it.each([1, 7, 4096, 1 << 20])('is the same in pieces of %i bytes', async size => {
    const bytes = Buffer.from(text)
    const found = await diagnose(pieces(bytes, size))
    expect(found).toMatchObject({
      cause: 'gpu_memory_in_use_by_others',
      rootLine: noMemory,
      lineNumber: 3003,
      scannedBytes: bytes.length,
    })
    const at = found.byteOffset!
    expect(bytes.subarray(at, at + Buffer.byteLength(noMemory)).toString()).toBe(noMemory)
  })

  it('finds a line far behind the window and counts on', async () => {
    const filler = Buffer.from(`${'INFO 02-03 nothing to see here '.repeat(4)}\n`.repeat(40_000))
    const found = await diagnose([filler, Buffer.from(log(noMemory)), filler])
    expect(found).toMatchObject({ rootLine: noMemory, lineNumber: 40_001, byteOffset: filler.length })
  })

  it('needs no newline at the end and survives a line without end', async () => {
    expect(diagnoseText(`${start}\n${noMemory}`).rootLine).toBe(noMemory)
    const endless = Buffer.alloc(3 << 20, 'x')
    expect(await diagnose([endless, Buffer.from(`\n${noMemory}`)])).toMatchObject({
      rootLine: noMemory,
      lineNumber: 2,
    })
  })

  it('takes colours off and one frame of many written over each other', () => {
    const bar = Array.from(
      { length: 50 },
      (_, at) => `Loading safetensors checkpoint shards:  ${at}% Completed | ${at}/50`,
    ).join('\r')
    const found = diagnoseText(
      `${bar}\r\x1b[31mERROR\x1b[0m 02-03 10:00:00 [core.py:1] ${noMemory}\r\n${wrapper}\r\n`,
    )
    expect(found.rootLine).toBe(`ERROR 02-03 10:00:00 [core.py:1] ${noMemory}`)
    expect(found.lineNumber).toBe(1)
  })

  it('is not thrown by bytes that are no text', () => {
    const noise = Buffer.from(Array.from({ length: 70_000 }, (_, at) => (at * 7919) % 256))
    const diagnoser = new Diagnoser()
    diagnoser.push(noise)
    diagnoser.push(Buffer.from(`\n${noMemory}\n`))
    expect(diagnoser.end().rootLine).toBe(noMemory)
  })
})

describe('the cause and not its echo', () => {
  it('is the first of interleaved workers, not the wrapper', () => {
    const worker = (rank: number, body: string) =>
      `(Worker_TP${rank} pid=${100 + rank}) ERROR 02-03 10:00:00 [w.py:1] ${body}`
    const found = diagnoseText(
      log(
        start,
        worker(1, 'Traceback (most recent call last):'),
        worker(0, 'Traceback (most recent call last):'),
        worker(1, noMemory),
        worker(0, noMemory),
        worker(0, 'NCCL error: unhandled system error'),
        wrapper,
      ),
    )
    expect(found.rootLine).toBe(worker(1, noMemory))
    expect(found.why.wrappers).toContain(wrapper)
  })

  it('tells where memory ended from the stack of the same process', () => {
    const oom = 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.'
    const frame = (name: string) => `  File "/srv/vllm/worker.py", line 1, in ${name}`
    const own = (body: string) => `(Worker_TP0 pid=1) ${body}`
    const other = (body: string) => `(Worker_TP1 pid=2) ${body}`
    const found = (mine: string, theirs: string) =>
      diagnoseText(
        log(own('Traceback (most recent call last):'), own(frame(mine)), other(frame(theirs)), own(oom)),
      ).cause
    expect(found('load_model', 'capture_model')).toBe('gpu_oom_weights')
    expect(found('capture_model', 'load_model')).toBe('gpu_oom_runtime_buffers')
  })

  it('prefers what a chain ends with where its beginning was caught', () => {
    const found = diagnoseText(
      log(
        'Traceback (most recent call last):',
        "KeyError: 'newmodel'",
        '',
        'During handling of the above exception, another exception occurred:',
        '',
        'Traceback (most recent call last):',
        'ValueError: The checkpoint you are trying to load has model type `newmodel` but Transformers does not recognize this architecture.',
      ),
    )
    expect(found.cause).toBe('transformers_too_old')
  })

  it('prefers the exception that was the cause of the next', () => {
    const found = diagnoseText(
      log(
        "PermissionError: [Errno 13] Permission denied: '/models'",
        '',
        'The above exception was the direct cause of the following exception:',
        '',
        'RuntimeError: cannot start the engine',
      ),
    )
    expect(found.cause).toBe('permission_denied')
  })

  it('is looked for in the last run only', () => {
    const found = diagnoseText(log(start, noMemory, wrapper, start, 'INFO loading', portTaken))
    expect(found).toMatchObject({ cause: 'port_in_use', lineNumber: 6 })
    expect(found.why.runs).toBe(2)
    expect(diagnoseText(log(start, noMemory, wrapper, start, ready, work)).cause).toBeNull()
  })

  it('is not the source code a stack quotes', () => {
    const found = diagnoseText(
      log(
        '  File "/srv/x.py", line 1, in f',
        '    raise RuntimeError("Failed to infer device type")',
        'RuntimeError: Failed to infer device type',
      ),
    )
    expect(found.rootLine).toBe('RuntimeError: Failed to infer device type')
  })
})

describe('what is no cause', () => {
  it('is what a server survived', () => {
    expect(diagnoseText(log(start, noMemory, ready, work)).cause).toBeNull()
    const request =
      'ERROR 02-03 10:00:00 [x.py:1] torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1.00 GiB.'
    expect(diagnoseText(log(start, ready, request, work)).cause).toBeNull()
    expect(diagnoseText(log(start, ready, request), { alive: true }).cause).toBeNull()
    expect(
      diagnoseText(log(start, ready, work, request, 'EngineCore encountered a fatal error.'), { exitCode: 1 })
        .cause,
    ).toBe('gpu_oom_runtime_buffers')
  })

  it('is what somebody asked about, not what happened', () => {
    const asked = `INFO 02-03 10:00:00 [logger.py:1] Received request x: prompt: "${noMemory}"`
    expect(diagnoseText(log(start, asked, ready, work)).cause).toBeNull()
  })

  it.each([
    ['at work', [ready, work]],
    ['still loading', ['INFO loading']],
  ])('is what comes after a stop while %s', (_, before) => {
    const after = ['INFO:     Shutting down', 'RuntimeError: NCCL error: unhandled system error']
    expect(diagnoseText(log(start, ...before, ...after))).toMatchObject({ cause: null, verdict: 'stopped' })
  })

  it('is an error no rule knows, but it is shown', () => {
    const found = diagnoseText(
      log(
        start,
        'Traceback (most recent call last):',
        'acme.FancyError: the frobnicator is unhappy',
        wrapper,
      ),
      { exitCode: 1 },
    )
    expect(found).toMatchObject({
      cause: null,
      verdict: 'unknown',
      rootLine: 'acme.FancyError: the frobnicator is unhappy',
    })
  })

  it('is nothing at all', () => {
    expect(diagnoseText('')).toMatchObject({ cause: null, verdict: 'unknown', scannedBytes: 0 })
  })
})

describe('how it ended', () => {
  it.each([
    [{ signal: 'SIGKILL' }, 'host_oom_killed'],
    [{ exitCode: 137 }, 'host_oom_killed'],
    [{ exitCode: 139 }, 'segfault'],
    [{ exitCode: 132 }, 'illegal_instruction'],
    [{ exitCode: 127 }, 'binary_not_found'],
    [{ exitCode: -7 }, 'bus_error_mmap'],
  ] as const)('%o speaks where the log is silent', (context, cause) => {
    expect(diagnoseText(log(start, 'INFO loading'), context).cause).toBe(cause)
    expect(diagnoseText(log(start, noMemory), context).cause).toBe('gpu_memory_in_use_by_others')
  })

  it.each([{ signal: 'SIGTERM' }, { exitCode: 143 }, { exitCode: 137, stopRequested: true }])(
    '%o was a stop',
    context => {
      expect(diagnoseText(log(start, ready, work), context)).toMatchObject({
        cause: null,
        verdict: 'stopped',
      })
    },
  )
})

describe('parts of a remote log', () => {
  const whole = Buffer.from(
    log(
      start,
      ...Array.from({ length: 5000 }, (_, at) => `INFO filler number ${at}`),
      noMemory,
      ...Array.from({ length: 5000 }, (_, at) => `INFO trailer number ${at}`),
      wrapper,
    ),
  )
  const rootAt = whole.indexOf('ValueError')
  const hit = whole.subarray(rootAt, rootAt + Buffer.byteLength(noMemory) + 1)

  it('are read in order, with the offsets of the whole and no line numbers after a gap', () => {
    const found = diagnoseSegments([
      { offset: whole.length - 2000, bytes: whole.subarray(whole.length - 2000) },
      { offset: rootAt, bytes: hit, whole: true },
      { offset: 0, bytes: whole.subarray(0, 4000) },
    ])
    expect(found).toMatchObject({
      cause: 'gpu_memory_in_use_by_others',
      rootLine: noMemory,
      byteOffset: rootAt,
      lineNumber: null,
    })
    expect(found.scannedBytes).toBe(4000 + hit.length + 2000)
  })

  it('that overlap are read once, and half a line at a cut is not taken for one', () => {
    const cut = rootAt + 12
    const halves = diagnoseSegments([
      { offset: 0, bytes: whole.subarray(0, 3000) },
      { offset: cut, bytes: whole.subarray(cut) },
    ])
    expect(String(halves.rootLine)).not.toContain('Free memory')
    const overlapping = diagnoseSegments([
      { offset: 0, bytes: whole.subarray(0, rootAt + 20) },
      { offset: rootAt - 500, bytes: whole.subarray(rootAt - 500) },
    ])
    expect(overlapping).toMatchObject({
      rootLine: noMemory,
      byteOffset: rootAt,
      lineNumber: 5002,
      scannedBytes: whole.length,
    })
  })
})

describe('while it runs', () => {
  it('says what will be fatal before the death, and takes it back when it was not', () => {
    const diagnoser = new Diagnoser()
    diagnoser.push(Buffer.from(log(start, 'INFO loading')))
    expect(diagnoser.soFar({ alive: true })).toMatchObject({ cause: null, verdict: 'healthy' })
    diagnoser.push(Buffer.from(log(noMemory)))
    expect(diagnoser.soFar({ alive: true }).cause).toBe('gpu_memory_in_use_by_others')
    diagnoser.push(Buffer.from(log(ready)))
    expect(diagnoser.soFar({ alive: true })).toMatchObject({ cause: null, verdict: 'healthy' })
  })
})
