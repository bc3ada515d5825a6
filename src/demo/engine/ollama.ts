import type { ServerResponse } from 'node:http'
import { shapeOf } from './catalogue.ts'
import { faultsOf } from './faults.ts'
import { gpuState, visibleGpus } from './gpus.ts'
import { Load } from './load.ts'
import { httpServer, json, listen, text } from './openai.ts'
import { Output, pause } from './output.ts'
import { StopSignals } from './signals.ts'

const VERSION = '0.12.6'
const INSTALLED = ['qwen3:8b', 'llama3.2:3b']

interface Loaded {
  name: string
  size: number
  sizeVram: number
  expiresAt: string
}

export async function ollama(argv: string[]): Promise<void> {
  const [command] = argv
  if (command === '--version' || command === '-v')
    return void process.stdout.write(`ollama version is ${VERSION}\n`)
  if (command === 'list' || command === 'ls') {
    process.stdout.write('NAME            ID              SIZE      MODIFIED\n')
    for (const name of INSTALLED)
      process.stdout.write(`${name.padEnd(16)}0123456789ab    ${size(name)} GB    2 days ago\n`)
    return
  }
  if (command === 'pull') return pull(argv[1] ?? '')
  if (command === 'serve') return serve()
  if (command === 'run' && argv[1]) return void process.stdout.write(`I am a pretended ${argv[1]}.\n`)
  process.stderr.write(`Error: unknown command "${command ?? ''}" for "ollama"\n`)
  process.exit(1)
}

const size = (name: string) => (name.includes('8b') ? '5.2' : '2.0')

async function pull(name: string): Promise<void> {
  if (name === '') {
    process.stderr.write('Error: accepts 1 arg(s), received 0\n')
    process.exit(1)
  }
  const out = new Output(false)
  out.error('pulling manifest \n')
  for (let done = 0; done <= 100; done += 5) {
    out.error(
      `\rpulling 0123456789ab: ${String(done).padStart(3)}% ▕${'█'.repeat(done / 5)}${' '.repeat(20 - done / 5)}▏ ${((5.2 * done) / 100).toFixed(1)} GB/5.2 GB`,
    )
    await pause(0.4)
  }
  out.error('\nverifying sha256 digest \nwriting manifest \nsuccess \n')
}

async function serve(): Promise<void> {
  const out = new Output(false)
  const [host = '127.0.0.1', port = '11434'] = (process.env.OLLAMA_HOST ?? '127.0.0.1:11434')
    .replace(/^https?:\/\//, '')
    .split(':')
  const say = (level: string, source: string, message: string) => {
    out.error(
      `time=${new Date().toISOString().replace('Z', '+00:00')} level=${level} source=${source} msg=${JSON.stringify(message)}\n`,
    )
  }
  const loaded = new Map<string, Loaded>()
  const load = new Load(131072, 4)
  const gpu = visibleGpus(gpuState())[0]
  const server = httpServer(
    async (request, response, path) => {
      if (path === '/') text(response, 200, 'Ollama is running')
      else if (path === '/api/version') json(response, 200, { version: VERSION })
      else if (path === '/api/tags') json(response, 200, { models: INSTALLED.map(tag) })
      else if (path === '/api/ps') json(response, 200, { models: [...loaded.values()].map(running) })
      else if (path === '/api/show') json(response, 200, { details: details(), model_info: {} })
      else if (path === '/api/generate' || path === '/api/chat') await warm(response)
      else if (request.method === 'POST' && path.startsWith('/v1/')) {
        await bring(INSTALLED[0] ?? '')
        return false
      } else return false
      return true
    },
    { names: INSTALLED, ownedBy: 'library', maxLength: 4096, load, tokensPerSecond: 40 },
    line =>
      out.line(
        `[GIN] ${new Date().toISOString().slice(0, 19).replace('T', ' - ').replaceAll('-', '/').replace(' / ', ' - ')} | ${line.status} |    1.2ms | ${line.peer.split(':')[0]} | ${line.method.padEnd(8)} "${line.path}"`,
      ),
  )

  async function bring(name: string): Promise<void> {
    if (loaded.has(name)) return
    const bytes = Math.min(shapeOf(name).weightBytes, 5_200_000_000)
    say('INFO', 'server.go:400', 'starting runner')
    say('INFO', 'server.go:1266', 'waiting for llama runner to start responding')
    await pause(3)
    const fits = gpu !== undefined && gpuState().freeMiB(gpu.index) * 2 ** 20 > bytes
    if (gpu && fits) gpuState().claim(gpu.index, bytes / 2 ** 20 + 400, 'ollama')
    say('INFO', 'server.go:1304', 'llama runner started in 3.02 seconds')
    loaded.set(name, {
      name,
      size: bytes,
      sizeVram: fits ? bytes : 0,
      expiresAt: new Date(Date.now() + 300_000).toISOString(),
    })
  }

  async function warm(response: ServerResponse): Promise<void> {
    await bring(INSTALLED[0] ?? '')
    json(response, 200, {
      model: INSTALLED[0],
      created_at: new Date().toISOString(),
      response: 'ready',
      done: true,
    })
  }

  new StopSignals(faultsOf(''), () => process.exit(0))
  try {
    await listen(server, host, Number(port))
  } catch {
    out.error(`Error: listen tcp ${host}:${port}: bind: address already in use\n`)
    return process.exit(1)
  }
  say('INFO', 'routes.go:1511', `Listening on ${host}:${port} (version ${VERSION})`)
  say(
    'INFO',
    'types.go:112',
    gpu
      ? `inference compute id=${gpu.uuid} library=CUDA total="${(gpu.totalMiB / 1024).toFixed(1)} GiB" available="${(gpuState().freeMiB(gpu.index) / 1024).toFixed(1)} GiB"`
      : 'inference compute id=cpu library=cpu',
  )
}

const details = () => ({
  format: 'gguf',
  family: 'qwen3',
  parameter_size: '8.2B',
  quantization_level: 'Q4_K_M',
})

function tag(name: string): object {
  return { name, model: name, size: Number(size(name)) * 1e9, digest: '0123456789ab', details: details() }
}

function running(one: Loaded): object {
  return {
    name: one.name,
    model: one.name,
    size: one.size,
    size_vram: one.sizeVram,
    expires_at: one.expiresAt,
    details: details(),
  }
}
