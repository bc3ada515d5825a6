import { createServer } from 'node:http'
import { parseFlags } from './flags.ts'
import { llamaServer } from './llama.ts'
import { listen } from './openai.ts'
import { Output, pause } from './output.ts'
import { sglang } from './sglang.ts'
import { vllm } from './vllm.ts'

/** What it says it has, when asked where a package is. */
const PACKAGES = new Set(['vllm', 'sglang', 'llama_cpp', 'mlx_lm', 'http', 'pip'])

/** `python3 -m module …` for the modules that model servers live in; no other Python is pretended. */
export async function python(argv: string[]): Promise<void> {
  const [flag, module, ...rest] = argv
  if (flag === '--version' || flag === '-V') return void process.stdout.write('Python 3.12.3\n')
  if (flag === '-c' && module?.includes('find_spec'))
    return void process.stdout.write(
      PACKAGES.has(rest[0] ?? '') ? `/usr/lib/python3/${rest[0]}/__init__.py\n` : '\n',
    )
  if (flag !== '-m' || module === undefined) {
    process.stderr.write(`python3: can't open file '${flag ?? '-'}': [Errno 2] No such file or directory\n`)
    return process.exit(2)
  }
  switch (module) {
    case 'vllm.entrypoints.openai.api_server':
      return vllm(rest)
    case 'sglang.launch_server':
      return sglang(rest)
    case 'llama_cpp.server':
    case 'mlx_lm.server':
      return llamaServer(asLlama(rest))
    case 'http.server':
      return staticServer(rest)
    case 'pip':
      return pip(rest)
  }
  process.stderr.write(`/usr/bin/python3: No module named ${module}\n`)
  process.exit(1)
}

function asLlama(argv: string[]): string[] {
  const { values } = parseFlags(argv, ['--model', '--host', '--port', '--n-ctx', '--n-gpu-layers'], [])
  const names: Record<string, string> = { '--n-ctx': '-c', '--n-gpu-layers': '-ngl' }
  return [...values].flatMap(([name, value]) => [names[name] ?? name, value])
}

async function staticServer(argv: string[]): Promise<void> {
  const { values, positional } = parseFlags(
    argv,
    ['--bind', '-b', '--directory', '-d', '--protocol', '-p'],
    ['--cgi'],
  )
  const host = values.get('--bind') ?? values.get('-b') ?? '0.0.0.0'
  const port = Number(positional[0] ?? 8000)
  const server = createServer((request, response) => {
    process.stderr.write(
      `${request.socket.remoteAddress} - - [${new Date().toISOString()}] "${request.method} ${request.url} HTTP/1.1" 200 -\n`,
    )
    response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Directory listing for /</title>\n')
  })
  try {
    await listen(server, host, port)
  } catch {
    process.stderr.write('OSError: [Errno 98] Address already in use\n')
    return process.exit(1)
  }
  process.stdout.write(`Serving HTTP on ${host} port ${port} (http://${host}:${port}/) ...\n`)
  process.on('SIGINT', () => process.exit(0))
}

async function pip(argv: string[]): Promise<void> {
  const packages = argv.slice(1).filter(word => !word.startsWith('-'))
  if (argv[0] !== 'install' || packages.length === 0) {
    process.stderr.write(
      'ERROR: You must give at least one requirement to install (see "pip help install")\n',
    )
    return process.exit(1)
  }
  const out = new Output(false)
  for (const name of packages) {
    if (/missing|not-found/.test(name)) {
      out.error(
        `ERROR: Could not find a version that satisfies the requirement ${name} (from versions: none)\nERROR: No matching distribution found for ${name}\n`,
      )
      return process.exit(1)
    }
    out.line(`Collecting ${name}`)
    for (let done = 0; done <= 10; done++) {
      out.error(`\r   ${'━'.repeat(done * 4).padEnd(40)} ${(done * 12.8).toFixed(1)}/128.0 MB 42.0 MB/s`)
      await pause(0.3)
    }
    out.error('\n')
  }
  out.line(`Installing collected packages: ${packages.join(', ')}`)
  await pause(1)
  out.line(`Successfully installed ${packages.map(name => `${name.split(/[<>=!~[]/)[0]}-1.0.0`).join(' ')}`)
}
