import { seeded } from './random.ts'

/** The same failure elsewhere: other paths, pids, dates, models, sizes, prefixes, colours, and advice in other words. */
export function twinOf(log: string, rootLine: string, seed: number): { log: string; rootLine: string } {
  const random = seeded(seed)
  const change = disguise(seed)
  const lines = log.split('\n')
  const root = lines.findIndex(line => line.includes(rootLine.trim()))
  const prefix = random.pick([
    '',
    '',
    'inference-1  | ',
    'Mar 14 03:12:09 gpu17 serve[40112]: ',
    '2026-03-14T03:12:09.481Z ',
  ])
  const colour = random.next() < 0.3
  const end = random.next() < 0.3 ? '\r\n' : '\n'
  const shown = lines.map(line => {
    const text = prefix + change(line)
    return colour && /\b(?:ERROR|WARNING)\b/.test(text)
      ? text.replace(/\b(ERROR|WARNING)\b/, '\x1b[31m$1\x1b[0m')
      : text
  })
  const before =
    random.next() < 0.5
      ? [`${prefix}Loading environment for serving on ${random.pick(['rack4', 'dgx-02'])}`]
      : []
  const after = random.next() < 0.5 ? ['[exited]'] : []
  const text = [...before, ...shown, ...after].join(end)
  return { log: text, rootLine: (prefix + change(lines[root]!)).trim().replace(/\s*`{3,}$/, '') }
}

const models = ['acme/Falcata-9B-Instruct', 'northlab/Sirocco-32B', 'openfjord/Heron-70B-Chat']

const advice: readonly (readonly [RegExp, string])[] = [
  [/Try increasing/g, 'Consider raising'],
  [/Decrease GPU memory utilization or reduce/g, 'Lower the GPU memory utilization or cut'],
  [/Please increase/g, 'You may increase'],
  [/See (https?:\/\/\S+) for more details\./g, 'More at $1 .'],
  [/Reducing block sizes or `num_stages` may help\./g, 'Smaller blocks may help.'],
  [/Make sure you have read the code there to avoid malicious use/g, 'Read that code first'],
  [
    /If reserved but unallocated memory is large try setting (\S+) to avoid fragmentation\./g,
    'Setting $1 may avoid fragmentation.',
  ],
]

function disguise(seed: number): (line: string) => string {
  const random = seeded(seed + 77)
  const scale = 0.6 + random.next()
  const shift = random.int(3, 60)
  const home = random.pick(['/srv/llm/ops', '/data/users/mila', '/scratch/job42'])
  const packages = random.pick([
    '/opt/conda/envs/serve/lib/python3.11/site-packages',
    '/srv/venv/lib/python3.12/site-packages',
  ])
  const model = random.pick(models)
  const port = random.int(20000, 45000)
  const seen = new Map<string, string>()
  /** The same text becomes the same other text wherever it stands, as a pid or a moment would. */
  const once =
    (make: (...parts: string[]) => string) =>
    (...parts: string[]) => {
      const known = seen.get(parts[0]!)
      if (known !== undefined) return known
      const made = make(...parts)
      seen.set(parts[0]!, made)
      return made
    }
  const rules: readonly (readonly [RegExp, string | ((...parts: string[]) => string)])[] = [
    ...advice,
    [/\/(?:usr\/local|opt\/\w+|root|home\/\w+|scratch)[\w./@-]*?\/(?:dist|site)-packages/g, packages],
    [/\/home\/\w+/g, home],
    [/\bpid=\d+/g, once(() => `pid=${random.int(1000, 999999)}`)],
    [/, line (\d+)/g, (_, line) => `, line ${Number(line!) + shift}`],
    [/\b(20\d\d)-(\d\d)-(\d\d)\b/g, once(() => `2026-0${random.int(1, 9)}-1${random.int(0, 9)}`)],
    [/\b(\d\d):(\d\d):(\d\d)\b/g, once((_, h, m) => `${h}:${m}:${random.int(10, 59)}`)],
    [/\b0x[0-9a-f]{6,}\b/g, once(() => `0x7f${random.int(1e8, 9e8).toString(16)}`)],
    [/\b(\d+\.\d\d) (GiB|MiB|GB)\b/g, (_, n, unit) => `${(Number(n) * scale).toFixed(2)} ${unit}`],
    [
      /\((\d+\.\d+)\/(\d+\.\d+) GiB\)/g,
      (_, free, total) => `(${(Number(free) * scale).toFixed(2)}/${(Number(total) * scale).toFixed(2)} GiB)`,
    ],
    [/\b(?:Qwen|meta-llama|mosaicml|mistralai|upstage|deepseek-ai|google)\/[\w.-]+/g, model],
    [/\b(?:8000|8083|8080|11434|30000)\b/g, String(port)],
    [/\bcuda:\d\b/g, once(() => `cuda:${random.int(0, 7)}`)],
    [/\bGPU (\d) has/g, once(() => `GPU ${random.int(0, 7)} has`)],
    [/EngineCore pid/g, 'EngineCore_DP0 pid'],
    [/\bTP(\d)\b/g, (_, rank) => `TP${(Number(rank) + 1) % 8}`],
  ]
  return line => rules.reduce((text, [pattern, by]) => text.replace(pattern, by as string), line)
}
