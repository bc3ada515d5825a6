import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GpuState } from '../../src/demo/engine/gpus.ts'
import { type FakeMachine, installFakeEngines } from '../../src/demo/engine/install.ts'

export interface Running {
  child: ChildProcess
  /** Everything said so far on both outputs, in the order it came. */
  said(): string
  /** Settles once the words match; fails with what was said instead when the engine ends or takes too long. */
  until(words: RegExp): Promise<void>
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

/** A directory with pretended engines, whose processes all end with it. */
export class TestMachine implements AsyncDisposable {
  readonly dir: string
  readonly machine: FakeMachine
  readonly #children = new Set<ChildProcess>()

  constructor(dir: string, machine: FakeMachine) {
    this.dir = dir
    this.machine = machine
  }

  static async make(options?: Parameters<typeof installFakeEngines>[1]): Promise<TestMachine> {
    const dir = await mkdtemp(join(tmpdir(), 'ithaca-engine-'))
    return new TestMachine(dir, await installFakeEngines(dir, options))
  }

  start(name: string, argv: string[], env: Record<string, string> = {}): Running {
    const child = spawn(join(this.machine.bin, name), argv, {
      env: { PATH: process.env.PATH ?? '', FAKE_ENGINE_SPEED: '100', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#children.add(child)
    let words = ''
    const listeners = new Set<() => void>()
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (part: Buffer) => {
        words += part.toString('utf8')
        for (const listener of listeners) listener()
      })
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(resolve =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    )
    const until = (wanted: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => {
          if (!wanted.test(words)) return
          clearTimeout(deadline)
          listeners.delete(look)
          resolve()
        }
        const deadline = setTimeout(() => reject(new Error(`no ${wanted} within 20 s in:\n${words}`)), 20_000)
        listeners.add(look)
        void ended.then(() => {
          look()
          clearTimeout(deadline)
          reject(new Error(`ended without ${wanted}:\n${words}`))
        })
        look()
      })
    return { child, said: () => words, until, ended }
  }

  /** Ends every process of the machine, those that outlived their server too. */
  async clear(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL')
    await Promise.all(
      [...this.#children].map(child => child.exitCode ?? child.signalCode ?? once(child, 'exit')),
    )
    this.#children.clear()
    const state = new GpuState(this.machine.gpuState)
    for (const claim of state.claims()) process.kill(claim.pid, 'SIGKILL')
    await eventually(
      () => state.claims().length,
      left => left === 0,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.clear()
    await rm(this.dir, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Asks again until the answer is the wanted one, or half a minute has passed. */
export async function eventually<T>(look: () => T | Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const value = await look()
    if (wanted(value)) return value
    if (Date.now() > deadline) throw new Error(`still ${JSON.stringify(value)} after 30 s`)
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}
