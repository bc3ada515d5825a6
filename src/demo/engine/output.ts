import { fstatSync, writeSync } from 'node:fs'

const BLOCK = 8192

/** Seconds of an engine's life pass this many times faster. */
export const speed = Math.max(0.01, Number(process.env.FAKE_ENGINE_SPEED ?? 1) || 1)

export function pause(seconds: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, (seconds * 1000) / speed))
}

/**
 * Where an engine's words go. Buffered like a C or Python program whose standard output is not a terminal,
 * when asked to be: what sits in the buffer is lost if the process is killed.
 */
export class Output {
  #held = ''
  readonly #buffered: boolean

  constructor(buffered: boolean) {
    this.#buffered = buffered && !process.stdout.isTTY
    if (this.#buffered) process.on('exit', () => this.flush())
  }

  write(text: string): void {
    if (!this.#buffered) {
      writeAll(1, text)
      return
    }
    this.#held += text
    while (this.#held.length >= BLOCK) {
      writeAll(1, this.#held.slice(0, BLOCK))
      this.#held = this.#held.slice(BLOCK)
    }
  }

  line(text: string): void {
    this.write(`${text}\n`)
  }

  /** What an engine says on its standard error, which nothing buffers. */
  error(text: string): void {
    writeAll(2, text)
  }

  flush(): void {
    if (this.#held === '') return
    writeAll(1, this.#held)
    this.#held = ''
  }
}

function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text)
  let done = 0
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      // A pipe in non-blocking mode is full: its reader is slower than we are, so wait for it.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      else if (code === 'EPIPE') process.exit(141)
      else throw error
    }
  }
}

/** Whether standard output leads to a file, where Python and C programs hold their words back. */
export function isRedirected(): boolean {
  const kind = fstatSync(1)
  return kind.isFile() || kind.isFIFO()
}

/** A tqdm bar: each state overwrites the one before with a carriage return, the last one ends the line. */
export async function progress(
  out: Output,
  options: { steps: number; seconds: number; render: (done: number, elapsed: number) => string },
): Promise<void> {
  const started = Date.now()
  for (let done = 0; done <= options.steps; done++) {
    const elapsed = ((Date.now() - started) / 1000) * speed
    out.error(`\r${options.render(done, elapsed)}`)
    if (done < options.steps) await pause(options.seconds / options.steps)
  }
  out.error('\n')
}

/** `MM:SS<MM:SS, N.NNs/it` as tqdm prints it. */
export function pace(done: number, total: number, elapsed: number): string {
  const clock = (seconds: number) =>
    `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`
  if (done === 0) return `${clock(elapsed)}<?, ?it/s`
  const each = elapsed / done
  return `${clock(elapsed)}<${clock(each * (total - done))}, ${
    each >= 1 || each === 0 ? `${each.toFixed(2)}s/it` : `${(1 / each).toFixed(2)}it/s`
  }`
}

export function percent(done: number, total: number): string {
  return `${String(Math.round((done / total) * 100)).padStart(3)}%`
}

export function bar(done: number, total: number, width = 24): string {
  const full = Math.round((done / total) * width)
  return '█'.repeat(full) + ' '.repeat(width - full)
}

export function stamp(date = new Date()): { monthDay: string; time: string; year: string; ms: string } {
  const iso = date.toISOString()
  return {
    year: iso.slice(0, 10),
    monthDay: iso.slice(5, 10),
    time: iso.slice(11, 19),
    ms: iso.slice(20, 23),
  }
}
