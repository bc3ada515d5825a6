import type { Server } from 'node:http'
import type { Load } from './load.ts'
import { vllmMetrics } from './metrics.ts'
import { httpServer, json, listen, type Route, type Serving, text } from './openai.ts'
import { type Output, pause, speed } from './output.ts'
import type { StopSignals } from './signals.ts'
import { type Speaker, traceback, VLLM_VERSION, type VllmRun } from './vllm-words.ts'
import type { Worker } from './worker.ts'

const ROUTES = [
  ['/health', 'GET'],
  ['/v1/models', 'GET'],
  ['/v1/chat/completions', 'POST'],
  ['/v1/completions', 'POST'],
  ['/v1/embeddings', 'POST'],
]

/** From the first answered request to the last: HTTP, the throughput line, and how it can still end. */
export class VllmServer {
  readonly #run: VllmRun
  readonly #load: Load
  readonly #out: Output
  readonly #api: Speaker
  readonly #workers: Worker[]
  readonly #server: Server
  readonly #startedAt = Date.now()
  #healthy = true
  #stopping = false

  constructor(run: VllmRun, load: Load, out: Output, api: Speaker, workers: Worker[]) {
    this.#run = run
    this.#load = load
    this.#out = out
    this.#api = api
    this.#workers = workers
    const serving: Serving = {
      names: run.names,
      ownedBy: 'vllm',
      maxLength: run.maxLength,
      load,
      tokensPerSecond: 60,
      apiKey: run.apiKey,
      onRequest: () => {
        if (run.faults.has('crash-under-load') && load.running >= 1) void this.#crash()
      },
    }
    this.#server = httpServer(this.#route, serving, line =>
      this.#access(`${line.peer} - "${line.method} ${line.path} HTTP/1.1" ${line.status} ${line.phrase}`),
    )
  }

  async open(signals: StopSignals): Promise<void> {
    const { host, port, faults } = this.#run
    this.#api.log('INFO', 'api_server.py:1706', `Starting vLLM API server 0 on http://${host}:${port}`)
    for (const [path, methods] of ROUTES)
      this.#api.log('INFO', 'launcher.py:42', `Route: ${path}, Methods: ${methods}`)
    this.#access(`Started server process [${process.pid}]`)
    this.#access('Waiting for application startup.')
    await listen(this.#server, host, port)
    signals.means(signal => void this.#stop(signal))
    setInterval(() => this.#throughput(), 10_000 / speed)
    setInterval(() => {
      for (const worker of this.#workers) worker.work(Math.min(99, this.#load.running * 35))
    }, 500)
    void Promise.race(this.#workers.map(one => one.ended)).then(how => this.#workerDied(how))
    this.#access('Application startup complete.')
    if (faults.has('flood')) this.#flood()
    if (faults.has('unhealthy') || faults.has('crash-after-ready')) await pause(20)
    if (faults.has('unhealthy')) this.#healthy = false
    if (faults.has('crash-after-ready')) await this.#crash()
  }

  readonly #route: Route = (_request, response, path) => {
    const { model, names } = this.#run
    if (path === '/health' || path === '/ping') response.writeHead(this.#healthy ? 200 : 503).end()
    else if (path === '/version') json(response, 200, { version: VLLM_VERSION })
    else if (path === '/load') json(response, 200, { server_load: this.#load.running })
    else if (path === '/metrics')
      text(response, 200, vllmMetrics(this.#load, names[0] ?? model, this.#startedAt))
    else return false
    return true
  }

  #access(line: string): void {
    this.#out.line(`${this.#api.prefix} INFO:     ${line}`)
  }

  #throughput(): void {
    const { prompt, generated } = this.#load.rates()
    if (this.#stopping || prompt + generated + this.#load.running === 0) return
    const { running, waiting, kvShare } = this.#load
    this.#api.log(
      'INFO',
      'loggers.py:127',
      `Engine 000: Avg prompt throughput: ${prompt.toFixed(1)} tokens/s, Avg generation throughput: ${generated.toFixed(1)} tokens/s, Running: ${running} reqs, Waiting: ${waiting} reqs, GPU KV cache usage: ${(kvShare * 100).toFixed(1)}%, Prefix cache hit rate: 25.0%`,
    )
  }

  async #crash(): Promise<never> {
    this.#healthy = false
    for (const line of [
      ...traceback('vllm/v1/worker/gpu_model_runner.py', 'execute_model', 'model_output = self.model('),
      'torch.AcceleratorError: CUDA error: an illegal memory access was encountered',
    ])
      this.#api.log('ERROR', 'core.py:712', line)
    this.#api.log('ERROR', 'async_llm.py:480', 'AsyncLLM output_handler failed.')
    this.#api.raw(
      'vllm.v1.engine.exceptions.EngineDeadError: EngineCore encountered an issue. See stack trace (above) for the root cause.',
    )
    await pause(0.2)
    process.exit(1)
  }

  async #workerDied(how: string): Promise<void> {
    if (this.#stopping) return
    this.#healthy = false
    const message = `Engine core proc EngineCore_DP0 died unexpectedly (${how}), shutting down client.`
    this.#api.log('ERROR', 'core_client.py:564', message)
    await pause(0.2)
    process.exit(1)
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    if (this.#stopping) return
    this.#stopping = true
    this.#access('Shutting down')
    this.#server.close()
    this.#server.closeAllConnections()
    this.#access('Waiting for application shutdown.')
    await pause(0.5)
    this.#access('Application shutdown complete.')
    this.#access(`Finished server process [${process.pid}]`)
    if (!this.#run.faults.has('orphan')) for (const worker of this.#workers) worker.end()
    process.exit(signal === 'SIGINT' ? 0 : 143)
  }

  /** Fifty lines every millisecond, until the process ends. */
  #flood(): void {
    let step = 0
    setInterval(() => {
      let lines = ''
      for (let i = 0; i < 50; i++)
        lines += `${this.#api.prefix} DEBUG [step ${++step}] scheduled 1 request, 1 token, batch 1\n`
      this.#out.write(lines)
    }, 1)
  }
}
