import { type ChildProcess, spawn } from 'node:child_process'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname, '../../..')
export const script = (name: string): string => join(import.meta.dirname, name)

/** Runs to its end and gives what it printed. */
export const output = (args: string[], env = process.env): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
    child.once('close', code =>
      code === 0 ? resolve(said) : reject(new Error(`${args[0]} ended with ${code}`)),
    )
  })

/** Starts, and gives the first line it prints. */
export const started = (args: string[], env = process.env): Promise<{ child: ChildProcess; line: string }> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('\n')) resolve({ child, line: said.split('\n')[0]! })
    })
    child.once('exit', code => reject(new Error(`${args[0]} ended with ${code}`)))
  })

export const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
