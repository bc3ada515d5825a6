import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { applyFix } from '../../../src/cookbook/diagnosis/apply.ts'
import { diagnoseText } from '../../../src/cookbook/diagnosis/diagnose.ts'
import { formatReasons, formatVerdict } from '../../../src/cookbook/diagnosis/format.ts'
import { readLine } from '../../../src/cookbook/diagnosis/lines.ts'
import { requiredLiterals } from '../../../src/cookbook/diagnosis/literals.ts'
import { Needles } from '../../../src/cookbook/diagnosis/needles.ts'
import type { Operation } from '../../../src/cookbook/diagnosis/types.ts'
import { vocabularyOf } from '../../../src/cookbook/diagnosis/vocabulary.ts'

describe('the words a pattern cannot match without', () => {
  it.each([
    [/No module named '?(?<module>[\w.]+)'?/, ['no module named ']],
    [/(?:Error|Exception): /, ['error: ', 'exception: ']],
    [/[Cc]annot (?:load|open)\b/, ['cannot load', 'cannot open']],
    [/colou?r map/, ['color map', 'colour map']],
    [/(?<!not )found (?=it)/, ['found ']],
    [/x*abcdef{2,3}\d+ghijklmnop/, ['ghijklmnop']],
    [/one|\d+/, null],
    [/\d+ (?:a|bc)/, null],
  ])('of %s', (pattern, words) => {
    expect(requiredLiterals(pattern, 4)).toEqual(words)
  })

  it('make a pattern without them an error that names the rule', () => {
    const rule = {
      id: 'nameless',
      cause: 'segfault',
      strength: 'plain',
      match: [/\d+: \w/],
      meaning: '',
      fixes: [],
    } as const
    expect(() => vocabularyOf([rule], [])).toThrow(/rule nameless/)
  })
})

describe('searching for many words', () => {
  it('finds what a plain search finds, whatever the words and the text', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), minLength: 3, maxLength: 7 })
    fc.assert(
      fc.property(
        fc.uniqueArray(word, { minLength: 1, maxLength: 12 }),
        fc.string({ unit: fc.constantFrom('a', 'B', 'c', ' '), maxLength: 200 }),
        (words, text) => {
          const bytes = Buffer.from(text)
          const found = new Set<string>()
          new Needles(words).scan(bytes, 0, bytes.length, (id, at) => {
            found.add(`${words[id]}@${at}`)
            return at + 1
          })
          const expected = words.flatMap(each =>
            [...text].flatMap((_, at) => (text.toLowerCase().startsWith(each, at) ? [`${each}@${at}`] : [])),
          )
          expect([...found].sort()).toEqual(expected.sort())
        },
      ),
    )
  })
})

describe('prefixes', () => {
  it.each([
    [
      '(EngineCore_DP0 pid=191) ERROR 03-18 13:41:29 [core.py:866] ValueError: x',
      'ValueError: x',
      'error',
      'EngineCore_DP0 pid=191',
    ],
    ['[2025-01-17 01:52:11 TP0] RuntimeError: x', 'RuntimeError: x', null, 'TP0'],
    ['llama-cpp-1  | /server: error: x', '/server: error: x', null, 'llama-cpp-1'],
    ['Thu Jan 23 11:55:50 2025[1,1]<stderr>:ImportError: x', 'ImportError: x', null, '[1,1]'],
    ['2024-02-08 09:56:23 | ERROR | stderr | KeyError: x', 'KeyError: x', 'error', ''],
    [
      'Apr  3 17:38:57 host user[140343]: (VllmWorker rank=3 pid=140343) OSError: x',
      'OSError: x',
      null,
      'user[140343] VllmWorker rank=3 pid=140343',
    ],
    ["0.00.065.436 E srv  start: couldn't", "srv  start: couldn't", 'error', ''],
    ['2024-05-01T08:45:12.669089460Z ERROR 05-01 08:45:12 async_llm_engine.py:43] x', 'x', 'error', ''],
    [
      '\x1b[36m(RayWorkerWrapper pid=12, ip=10.0.0.1)\x1b[0m WARNING 05-26 18:53:53 [r.py:342] x',
      'x',
      'warning',
      'RayWorkerWrapper pid=12, ip=10.0.0.1',
    ],
    ['/opt/x.py:12: UserWarning: x', '/opt/x.py:12: UserWarning: x', 'warning', ''],
    [
      'time=2025-01-01T00:00:00Z level=WARN source=a.go:1 msg="x"',
      'time=2025-01-01T00:00:00Z level=WARN source=a.go:1 msg="x"',
      'warning',
      '',
    ],
  ])('%s', (raw, body, level, source) => {
    expect(readLine(raw)).toMatchObject({ body, level, source })
  })
})

describe('applying a fix', () => {
  const launch = {
    argv: ['vllm', 'serve', 'acme/m', '--max_model_len=32768', '-tp', '8', '--enforce-eager'],
    env: { HF_HUB_OFFLINE: '1' },
  }
  const apply = (...operations: Operation[]) => applyFix(launch, { operations })

  it('changes a flag where it stands, in its spelling', () => {
    expect(apply({ op: 'set', flag: '--max-model-len', value: '8192' }).argv).toEqual([
      'vllm',
      'serve',
      'acme/m',
      '--max_model_len=8192',
      '-tp',
      '8',
      '--enforce-eager',
    ])
    expect(apply({ op: 'set', flag: '--tensor-parallel-size', value: '4' }).argv).toContain('4')
    expect(apply({ op: 'set', flag: '--port', value: '8001' }).argv.slice(-2)).toEqual(['--port', '8001'])
  })

  it('adds a switch once, takes one out, puts one for another', () => {
    expect(apply({ op: 'append', flag: '--enforce-eager' }).argv).toEqual(launch.argv)
    expect(apply({ op: 'remove', flag: '--enforce-eager' }).argv).not.toContain('--enforce-eager')
    expect(apply({ op: 'remove', flag: '--max-model-len' }).argv).toEqual([
      'vllm',
      'serve',
      'acme/m',
      '-tp',
      '8',
      '--enforce-eager',
    ])
    expect(apply({ op: 'replace', flag: '-tp', by: '--tp-size' }).argv).toEqual([
      'vllm',
      'serve',
      'acme/m',
      '--max_model_len=32768',
      '--tp-size',
      '8',
      '--enforce-eager',
    ])
  })

  it('sets and unsets variables and hands the rest back', () => {
    const done = apply(
      { op: 'env', name: 'HF_HUB_OFFLINE', value: null },
      { op: 'env', name: 'NCCL_DEBUG', value: 'INFO' },
      { op: 'free_port', port: 8000 },
    )
    expect(done.env).toEqual({ NCCL_DEBUG: 'INFO' })
    expect(done.left).toEqual([{ op: 'free_port', port: 8000 }])
    expect(launch.env).toEqual({ HF_HUB_OFFLINE: '1' })
  })

  it('keeps clear of what follows a lone --', () => {
    const argv = ['llama-server', '--', '--port', '1']
    expect(
      applyFix({ argv, env: {} }, { operations: [{ op: 'set', flag: '--port', value: '2' }] }).argv,
    ).toEqual(['llama-server', '--port', '2', '--', '--port', '1'])
  })
})

describe('fixes', () => {
  const first = (line: string, argv: string[] = ['vllm', 'serve', 'acme/m']) => {
    const found = diagnoseText(`${line}\n`, { argv })
    return found.cause === null ? [] : found.fixes.map(fix => fix.operations[0])
  }

  it('use the numbers of the line', () => {
    expect(
      first(
        "ValueError: To serve at least one request with the model's max seq len (100000), (4.26 GiB KV cache is needed, which is larger than the available KV cache memory (2.10 GiB). Based on the available memory, the estimated maximum model length is 48810.",
      ),
    ).toContainEqual({ op: 'set', flag: '--max-model-len', value: '48640' })
    expect(
      first(
        'ValueError: Free memory on device (54.34/79.18 GiB) on startup is less than desired GPU memory utilization (0.92, 72.84 GiB).',
      ),
    ).toContainEqual({ op: 'set', flag: '--gpu-memory-utilization', value: '0.66' })
    expect(
      first(
        'ValueError: Total number of attention heads (28) must be divisible by tensor parallel size (8).',
      ),
    ).toContainEqual({ op: 'set', flag: '--tensor-parallel-size', value: '4' })
    expect(
      first(
        "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8123): address already in use",
      ),
    ).toEqual(
      expect.arrayContaining([
        { op: 'set', flag: '--port', value: '8124' },
        { op: 'free_port', port: 8123 },
      ]),
    )
    expect(first("ModuleNotFoundError: No module named 'zmq'")).toContainEqual({
      op: 'install',
      packages: ['pyzmq'],
      by: 'pip',
    })
    expect(first('launch_server.py: error: unrecognized arguments: --max-model-len 8192')).toContainEqual({
      op: 'remove',
      flag: '--max-model-len',
    })
  })

  it('start from the settings the launch has, in the words of its engine', () => {
    const oom =
      'ggml_backend_cuda_buffer_type_alloc_buffer: allocating 900.00 MiB on device 0: cudaMalloc failed: out of memory'
    const found = diagnoseText(`llama_context: n_ctx = 65536\n${oom}\n`, {
      argv: ['llama-server', '-m', 'x.gguf', '-c', '65536', '-ngl', '99'],
    })
    expect(found.cause === null ? [] : found.fixes.map(fix => fix.operations[0])).toContainEqual({
      op: 'set',
      flag: '--ctx-size',
      value: '32768',
    })
    expect(
      first('Error: listen tcp 0.0.0.0:11434: bind: address already in use', ['ollama', 'serve']),
    ).toContainEqual({ op: 'env', name: 'OLLAMA_HOST', value: '127.0.0.1:11435' })
  })

  it('keep their name between runs', () => {
    const line = 'OSError: [Errno 98] Address already in use\n'
    const ids = () => {
      const found = diagnoseText(line)
      return found.cause === null ? [] : found.fixes.map(fix => fix.id)
    }
    expect(ids()).toEqual(ids())
    expect(new Set(ids()).size).toBe(ids().length)
  })
})

describe('the reasons', () => {
  it('name the chosen line, those passed over, and the wrappers', () => {
    const found = diagnoseText(
      'RuntimeError: NCCL error: unhandled system error\nValueError: Total number of attention heads (28) must be divisible by tensor parallel size (8).\nRuntimeError: Engine core initialization failed. See root cause above.\n',
    )
    const text = formatReasons(found).join('\n')
    expect(text).toMatch(/line 2 {2}tensor_parallel_shape \(heads-not-divisible\): chosen/)
    expect(text).toMatch(/line 1 {2}nccl_error \(nccl-failed\): says less/)
    expect(text).toMatch(/reports the death only:\n {2}RuntimeError: Engine core/)
  })
})

describe('on a phone', () => {
  it('stays within forty columns, and names cause, line and fixes', () => {
    const found = diagnoseText(
      "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 8000): address already in use\n",
      { argv: ['vllm', 'serve', 'm'] },
    )
    const lines = formatVerdict(found)
    expect(lines.filter(line => [...line].length > 40)).toEqual([])
    expect(lines[0]).toMatch(/^port_in_use {2}\d+%$/)
    expect(lines.join(' ')).toContain('--port=8001')
  })

  it('breaks what has no blanks, and wide characters', () => {
    const found = diagnoseText(
      `ModuleNotFoundError: No module named '${'x'.repeat(90)}'\nOSError: 模型文件不存在模型文件不存在模型文件不存在\n`,
    )
    expect(formatVerdict(found, 20).filter(line => [...line].length > 20)).toEqual([])
  })
})
