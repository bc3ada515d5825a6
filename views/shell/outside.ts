import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sanitiseLine } from '../terminal/sanitise.ts'

/** A command of the shell after which the driver of the terminal is as it was, however it ends. */
const leavesNoTrace = (command: string): string =>
  `was=$(stty -g 2>/dev/null); ${command}; code=$?; [ -z "$was" ] || stty "$was"; exit $code`

/** Runs a program on the terminal that was lent to it; its name may hold arguments, as `$EDITOR` does. */
function runProgram(command: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', leavesNoTrace(`${command} "$1"`), 'sh', file], { stdio: 'inherit' })
    child.on('error', reject)
    child.on('exit', (code, signal) => {
      const by = signal ?? signalOf(code ?? 0)
      if (code === 127) reject(new Error(`'${command}' was not found.`))
      else if (by) reject(new Error(`'${command}' was ended by ${by}.`))
      else resolve()
    })
  })
}

/** The signal that ended a program, as a shell tells it. */
function signalOf(code: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number + 128 === code)?.[0]
}

/** Runs a program with the terminal as its own; how it ended is its own matter, that it could not start is ours. */
export function runHere(argv: readonly string[]): Promise<void> {
  const [file, ...args] = argv as [string, ...string[]]
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit' })
    child.on('error', error => reject(new Error(`'${file}' could not be started: ${error.message}`)))
    child.on('exit', () => resolve())
  })
}

async function withFile<T>(text: string, extension: string, use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ithaca-'))
  try {
    const file = join(folder, `text.${extension}`)
    writeFileSync(file, text, { mode: 0o600 })
    return await use(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Lines that are cleaned at a time: a log is long, and the API has to answer meanwhile. */
const slice = 1000

/** A pager that passes everything on gets nothing from outside but colours. */
export async function pageThrough(text: string, env: NodeJS.ProcessEnv): Promise<void> {
  const lines = text.split('\n')
  const clean: string[] = []
  for (let at = 0; at < lines.length; at += slice) {
    for (const line of lines.slice(at, at + slice)) clean.push(sanitiseLine(line))
    await new Promise(resolve => setImmediate(resolve))
  }
  await withFile(clean.join('\n'), 'log', file => runProgram(env.PAGER || 'less -R', file))
}

/** The text as the editor left it; null where it is the same. */
export function editThrough(text: string, extension: string, env: NodeJS.ProcessEnv): Promise<string | null> {
  return withFile(text, extension, async file => {
    await runProgram(env.VISUAL || env.EDITOR || 'vi', file)
    const after = readFileSync(file, 'utf8')
    return after === text ? null : after
  })
}
