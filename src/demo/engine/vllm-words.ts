import type { Shape } from './catalogue.ts'
import type { Fault } from './faults.ts'
import { type Output, stamp } from './output.ts'

export const VLLM_VERSION = '0.11.2'
const PACKAGES = '/opt/venv/lib/python3.12/site-packages'

/** What one start of the server was asked for. */
export interface VllmRun {
  model: string
  shape: Shape
  names: string[]
  host: string
  port: number
  tp: number
  maxLength: number
  utilisation: number
  kvBytes: number
  eager: boolean
  apiKey: string | undefined
  faults: Set<Fault>
}

/** The end of a process by an exception, with the lines Python prints of it. */
export class Death extends Error {
  readonly lines: string[]
  constructor(trace: string[], message: string) {
    super(message)
    this.lines = [...trace, ...message.split('\n')]
  }
}

/** One of the server's processes, whose lines begin with its name and pid. */
export class Speaker {
  readonly prefix: string
  readonly #out: Output

  constructor(out: Output, name: string, pid: number) {
    this.prefix = `(${name} pid=${pid})`
    this.#out = out
  }

  log(level: 'INFO' | 'ERROR', where: string, message: string): void {
    const now = stamp()
    this.#out.line(`${this.prefix} ${level} ${now.monthDay} ${now.time} [${where}] ${message}`)
  }

  /** A line that went around the logger, on standard error. */
  raw(line: string): void {
    this.#out.error(`${this.prefix} ${line}\n`)
  }
}

export function traceback(file: string, name: string, source: string): string[] {
  return [
    'Traceback (most recent call last):',
    `  File "${PACKAGES}/${file}", line 512, in ${name}`,
    `    ${source}`,
  ]
}

/** Ends this process the way a kernel or a fault would, without a chance to say more. */
export function die(signal: 'SIGSEGV' | 'SIGKILL'): never {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000)
}
