import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

export interface Ran {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

/** The built program in a home of its own, as its user would start it. */
export interface Program extends AsyncDisposable {
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  run(args: string[], input?: string): Promise<Ran>
  start(args: string[]): ChildProcess
  /** A script of the tests under the same home. */
  startScript(file: string, args?: string[]): ChildProcess
}

export const program = (): Program => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-e2e-'))
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    ITHACA_HOME: join(home, 'ithaca'),
    TZ: 'UTC',
    LANG: 'C.UTF-8',
  }
  const children = new Set<ChildProcess>()
  const spawned = (args: string[]): ChildProcess => {
    const child = spawn(process.execPath, args, { env, cwd: home, stdio: ['pipe', 'pipe', 'pipe'] })
    children.add(child)
    child.once('exit', () => children.delete(child))
    return child
  }
  const start = (args: string[]): ChildProcess => spawned([join(root, 'dist/main.js'), ...args])
  return {
    home,
    env,
    start,
    startScript: (file, args = []) =>
      spawned(['--disable-warning=ExperimentalWarning', join(root, file), ...args]),
    async run(args, input) {
      const child = start(args)
      child.stdin!.end(input ?? '')
      return ended(child)
    },
    async [Symbol.asyncDispose]() {
      const down = start(['down'])
      await ended(down)
      await Promise.all([...children].map(killed))
      rmSync(home, { recursive: true, force: true })
    },
  }
}

export const ended = (child: ChildProcess): Promise<Ran> =>
  new Promise(resolve => {
    let stdout = ''
    let stderr = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    if (child.exitCode !== null || child.signalCode !== null)
      resolve({ code: child.exitCode, signal: child.signalCode, stdout, stderr })
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }))
  })

/** Resolves with what was printed once it holds the pattern. */
export const says = (child: ChildProcess, pattern: RegExp): Promise<RegExpMatchArray> =>
  new Promise((resolve, reject) => {
    let said = ''
    const hear = (text: Buffer): void => {
      said += text
      const found = said.match(pattern)
      if (found) resolve(found)
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', code => reject(new Error(`it ended (${code}) and said: ${said}`)))
  })

const killed = (child: ChildProcess): Promise<Ran> => {
  child.kill('SIGKILL')
  return ended(child)
}
