/** What an engine can be told to suffer, by the last part of its model's name or by FAKE_ENGINE_FAULT. */
export const faults = {
  'oom-at-start': 'GPU memory ends while the weights are loaded',
  'kv-too-small': 'a cache that holds 6,000 tokens and no more, whatever the GPU',
  gated: 'a repository behind a licence nobody accepted',
  'not-found': 'a repository that does not exist',
  'missing-module': 'a Python module that is not installed',
  segfault: 'a segmentation fault while loading',
  killed: 'SIGKILL from the kernel while loading',
  'exit-0': 'the program ends with 0 before it serves',
  'slow-load': 'loading takes ten times as long',
  'never-ready': 'loading stops half-way and nothing more is said',
  'crash-under-load': 'the engine dies when a second request arrives while one runs',
  'crash-after-ready': 'the engine dies by itself a while after it was ready',
  unhealthy: 'the server lives but its health answer turns to 503 a while after it was ready',
  'hang-on-interrupt': 'SIGINT is ignored',
  'hang-on-stop': 'SIGINT and SIGTERM are ignored',
  orphan: 'a worker in a session of its own outlives the server and keeps its memory',
  buffered: 'words are held back in blocks of 8 KiB',
  flood: 'a log line for every step of every millisecond once ready',
} as const

export type Fault = keyof typeof faults

const isFault = (name: string): name is Fault => Object.hasOwn(faults, name)

export function faultsOf(model: string, env: NodeJS.ProcessEnv = process.env): Set<Fault> {
  const last = model.split('/').at(-1) ?? ''
  const named = last.toLowerCase().replace(/\.gguf$/, '')
  const asked = (env.FAKE_ENGINE_FAULT ?? '').split(',').map(part => part.trim())
  return new Set([...named.split('+'), ...asked].filter(isFault))
}
