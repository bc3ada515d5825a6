import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { sanitiseLine } from '../terminal/sanitise.ts'
import { untouched } from './unsaved.ts'

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

function makeFile(
  text: string,
  extension: string,
  within = join(tmpdir(), 'ithaca-'),
): { folder: string; file: string } {
  const folder = mkdtempSync(within)
  const file = join(folder, `text.${extension}`)
  writeFileSync(file, text, { mode: 0o600 })
  return { folder, file }
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
  const { folder, file } = makeFile(clean.join('\n'), 'log')
  try {
    await runProgram(env.PAGER || 'less -R', file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The text as the editor left it, however it ended; null where it is the same. What an editor that was killed saved beside it stays. */
export async function editThrough(
  text: string,
  extension: string,
  env: NodeJS.ProcessEnv,
  within?: string,
): Promise<string | null> {
  const { folder, file } = makeFile(text, extension, within)
  // What tells whoever finds it later, when this program has gone before the editor, whether anything was written.
  writeFileSync(join(folder, untouched), text, { mode: 0o600 })
  let failed: Error | undefined
  await runProgram(env.VISUAL || env.EDITOR || 'vi', file).catch((error: Error) => {
    failed = error
  })
  const after = existsSync(file) ? readFileSync(file, 'utf8') : text
  const [left] = readdirSync(folder).filter(name => name !== untouched && join(folder, name) !== file)
  const kept = failed && left !== undefined ? ` It left ${join(folder, left)}.` : ''
  if (kept === '') rmSync(folder, { recursive: true, force: true })
  if (after !== text) return after
  if (failed) throw new Error(`${failed.message}${kept}`)
  return null
}
