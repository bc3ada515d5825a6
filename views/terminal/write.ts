import { writeSync } from 'node:fs'
import type { WriteStream } from 'node:tty'

const giveUpAfter = 250
const again = new Int32Array(new SharedArrayBuffer(4))

/** Node makes a terminal's output blocking, so that one that stops reading stops the whole program, its API included. Starting a child makes it blocking again. */
export function unblock(output: WriteStream): void {
  const { _handle } = output as unknown as { _handle?: { setBlocking?(on: boolean): void } }
  _handle?.setBlocking?.(false)
}

/** Writes past the stream's queue, now, for a process that may not get another turn. A terminal that is gone or takes nothing is left alone. */
export function writeNow(output: { fd: number }, text: string): void {
  let bytes = Buffer.from(text)
  const deadline = performance.now() + giveUpAfter
  while (bytes.length > 0 && performance.now() < deadline) {
    try {
      bytes = bytes.subarray(writeSync(output.fd, bytes))
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      if (code === 'EIO' || code === 'EPIPE' || code === 'EBADF' || code === 'ENXIO') return
      if (code !== 'EAGAIN') throw error
      Atomics.wait(again, 0, 0, 5)
    }
  }
}
