import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { afterMarker } from './after-marker.ts'
import { HostError, type Shell } from './host.ts'
import { type StreamInput, streamScript } from './stream-script.ts'

export interface StreamOptions {
  stdin?: Readable | string | Uint8Array
  signal?: AbortSignal
}

/** Runs a script in a shell of its own; aborting, or losing the connection, ends it and its children. */
export function streamIn(shell: Shell, script: string, { stdin, signal }: StreamOptions): Shell {
  const nonce = randomBytes(12).toString('hex')
  const marker = `\n${nonce}\n`
  const stdout = shell.stdout.pipe(afterMarker(marker))
  const stderr = shell.stderr.pipe(afterMarker(marker))
  shell.stdout.once('error', error => stdout.destroy(error))
  shell.stderr.once('error', error => stderr.destroy(error))
  shell.stdout.once('close', () => stdout.end())
  shell.stderr.once('close', () => stderr.end())
  const kill = (name: 'TERM' | 'KILL' | 'INT' = 'TERM') => shell.kill(name)
  const abort = () => {
    shell.stdin.end()
    shell.kill('TERM')
    stdout.destroy(new HostError('aborted', 'The stream was ended.'))
    stderr.destroy()
    // Pipes that nobody reads would keep the end of the channel from being noticed.
    shell.stdout.resume()
    shell.stderr.resume()
  }
  stdout.on('error', () => shell.stdout.resume())
  if (stdin instanceof Readable) {
    shell.stdin.write(streamScript(nonce, script, { kind: 'channel' }))
    stdout.once('marker', () => stdin.pipe(shell.stdin))
    stdin.once('error', () => shell.kill('KILL'))
  } else shell.stdin.write(streamScript(nonce, script, inputOf(stdin)))
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort, { once: true })
  void shell.done.then(() => signal?.removeEventListener('abort', abort))
  return { stdin: shell.stdin, stdout, stderr, done: shell.done, kill }
}

function inputOf(stdin: string | Uint8Array | undefined): StreamInput {
  if (stdin === undefined) return { kind: 'none' }
  return { kind: 'bytes', bytes: typeof stdin === 'string' ? Buffer.from(stdin) : stdin }
}
