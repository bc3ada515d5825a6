import { type Host, HostError } from '../hosts/host.ts'
import { readBody, request } from '../hosts/http.ts'

const PATHS: Record<string, string> = {
  vllm: '/health',
  sglang: '/health',
  'llama.cpp': '/health',
  ollama: '/api/version',
  tgi: '/health',
  mlx: '/v1/models',
  lmdeploy: '/health',
  trtllm: '/health',
}

const TIMEOUT = 4000

/** The engine's own answer. One that we do not know is ready when its port is listened on. */
export const askHealth = async (
  host: Host,
  engine: string | null,
  port: number,
): Promise<'ready' | 'loading' | 'silent'> => {
  const path = PATHS[engine ?? '']
  if (path === undefined) return 'ready'
  try {
    const answer = await request(host, port, { path, timeout: TIMEOUT })
    await readBody(answer, 65_536)
    return verdict(answer.status)
  } catch (error) {
    if (error instanceof HostError && error.code === 'forwarding_forbidden') return askThere(host, port, path)
    return 'silent'
  }
}

const verdict = (status: number): 'ready' | 'loading' | 'silent' =>
  status >= 200 && status < 300 ? 'ready' : status === 503 ? 'loading' : 'silent'

/** Where forwarding is forbidden the question is asked over there, with whatever is there to ask with. */
const askThere = async (host: Host, port: number, path: string): Promise<'ready' | 'loading' | 'silent'> => {
  const url = `http://127.0.0.1:${port}${path}`
  const answer = await host.ask(
    `if command -v curl >/dev/null 2>&1; then curl -s -o /dev/null -m 3 -w '%{http_code}' '${url}'
elif command -v wget >/dev/null 2>&1; then wget -q -T 3 -t 1 -O /dev/null '${url}' && echo 200 || echo 503
else echo 200; fi`,
    { lane: 'pages', deadline: TIMEOUT + 1000 },
  )
  return verdict(Number(answer.stdout.toString().trim()))
}
