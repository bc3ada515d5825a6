import { randomBytes } from 'node:crypto'
import { Bytes } from './bytes.ts'
import { type Answer, HostError, type Shell } from './host.ts'
import { type Predecessor, prelude, question } from './lane-script.ts'

/** A question as it waits for its turn, its answer, or nobody any more. */
export interface Question {
  script: string
  stdin: Uint8Array | null
  /** True once its caller has been answered or has given up. */
  settled: boolean
  answer(answer: Answer): void
  fail(error: HostError): void
}

interface Sent {
  nonce: string
  question: Question
}

interface Header {
  code: number
  out: number
  err: number
  verdict: string
}

/** How long a shell has to end by itself before it is killed. */
const TERM_WAIT = 500

const hex = () => randomBytes(12).toString('hex')

/**
 * One long-lived shell that answers questions in the order they were sent. Answers are matched by nonce, so what a
 * login shell or a stray process prints between them is passed over.
 */
export class Lane {
  readonly nonce = hex()
  /** Process id, and group, of the far shell; null until it has said so. */
  pid: number | null = null
  /** Settles with the reason when the shell is gone and all it had said has been read. */
  readonly ended: Promise<HostError>
  /** True once the far shell is known to have ended; a lost connection says nothing about it. */
  died = false
  readonly #shell: Shell
  readonly #bytes = new Bytes()
  readonly #sent: Sent[] = []
  readonly #onAnswer: () => void
  #header: Header | null = null
  #noise = Buffer.alloc(0)
  #over = false

  constructor(shell: Shell, dead: Predecessor | null, onAnswer: () => void) {
    this.#shell = shell
    this.#onAnswer = onAnswer
    shell.stdin.write(prelude(this.nonce, dead))
    shell.stdout.on('data', (chunk: Buffer) => this.#read(chunk))
    shell.stderr.on('data', (chunk: Buffer) => this.#keepNoise(chunk))
    shell.stdout.on('error', () => shell.kill('KILL'))
    shell.stderr.on('error', () => shell.kill('KILL'))
    this.ended = shell.done.then(async ({ code, signal }) => {
      if (code !== null || signal !== null) {
        await drained(shell)
        this.died = true
      }
      this.#over = true
      return this.#reasonOfEnd(code, signal)
    })
  }

  /** The question the far shell is working on, if any. */
  get head(): Question | null {
    return this.#sent[0]?.question ?? null
  }

  get length(): number {
    return this.#sent.length
  }

  send(asked: Question): void {
    const nonce = hex()
    this.#sent.push({ nonce, question: asked })
    this.#shell.stdin.write(question(nonce, asked.script, asked.stdin))
  }

  /** Takes back what was sent and is not answered; nothing that still arrives is read. */
  takeUnanswered(): Question[] {
    this.#over = true
    return this.#sent.splice(0).map(sent => sent.question)
  }

  /** Ends the far shell and whatever it is running; it may first clean up after itself. */
  kill(): void {
    this.#shell.kill('TERM')
    const timer = setTimeout(() => this.#shell.kill('KILL'), TERM_WAIT).unref()
    void this.#shell.done.then(() => clearTimeout(timer))
  }

  /** Lets the far shell go; what it is still running is ended. */
  close(): void {
    this.#shell.stdin.end()
    if (this.head) this.kill()
  }

  #read(chunk: Buffer): void {
    if (this.#over) return
    this.#bytes.push(chunk)
    if (this.pid === null && !this.#readHello()) return
    while (this.#readAnswer());
  }

  #readHello(): boolean {
    const marker = `\n${this.nonce} `
    const all = this.#bytes.peek()
    const at = all.indexOf(marker)
    if (at < 0) {
      this.#keepNoise(this.#bytes.skipTowards(marker))
      return false
    }
    const end = all.indexOf('\n', at + marker.length)
    if (end < 0) return false
    this.pid = Number(all.toString('latin1', at + marker.length, end))
    this.#bytes.take(end + 1)
    return true
  }

  #readAnswer(): boolean {
    const sent = this.#sent[0]
    if (!sent) return false
    this.#header ??= this.#readHeader(sent.nonce)
    if (this.#header?.verdict === 'direct') return this.#readDirect(sent)
    if (!this.#header || this.#bytes.size < this.#header.out + this.#header.err) return false
    const { code, out, err, verdict } = this.#header
    const stdout = this.#bytes.take(out)!
    const stderr = this.#bytes.take(err)!
    if (verdict === 'ok') sent.question.answer({ code, stdout, stderr })
    else this.#refuse(sent.question)
    this.#next()
    return true
  }

  /** An answer that could not be kept on the machine comes between marks, without its length. */
  #readDirect({ nonce, question: asked }: Sent): boolean {
    const marker = `\n${nonce} `
    const all = this.#bytes.peek()
    const at = all.indexOf(marker)
    const end = at < 0 ? -1 : all.indexOf('\n', at + marker.length)
    if (end < 0) return false
    const code = Number(all.toString('latin1', at + marker.length, end))
    asked.answer({ code, stdout: all.subarray(0, at), stderr: Buffer.alloc(0) })
    this.#bytes.take(end + 1)
    this.#next()
    return true
  }

  #next(): void {
    this.#header = null
    this.#sent.shift()
    this.#onAnswer()
  }

  /** The next shell looks for a place to keep answers anew. */
  #refuse(asked: Question): void {
    const message =
      'The answer did not fit where the machine keeps it: its temporary files have no space left.'
    asked.fail(new HostError('no_channel', message))
    this.kill()
  }

  #readHeader(nonce: string): Header | null {
    const marker = `${nonce} `
    const all = this.#bytes.peek()
    const at = all.indexOf(marker)
    if (at < 0) {
      this.#bytes.skipTowards(marker)
      return null
    }
    const end = all.indexOf('\n', at)
    if (end < 0) return null
    const [code, out, err, verdict] = all.toString('latin1', at + marker.length, end).split(' ')
    this.#bytes.take(end + 1)
    return { code: Number(code), out: Number(out), err: Number(err), verdict: verdict ?? '' }
  }

  #keepNoise(chunk: Buffer): void {
    this.#noise = Buffer.concat([this.#noise, chunk]).subarray(-2048)
  }

  #reasonOfEnd(code: number | null, signal: string | null): HostError {
    if (this.pid !== null || (code === null && signal === null))
      return new HostError(
        'lost',
        'The connection was lost before the answer came; it is not known how far it got.',
      )
    const said = Buffer.concat([this.#noise, this.#bytes.peek()])
      .toString('utf8')
      .trim()
      .split('\n')
      .slice(-3)
      .join(' ')
    const how = signal ? `was ended by signal ${signal}` : `ended with code ${code}`
    return new HostError(
      'no_channel',
      `The login shell of this account did not start /bin/sh: it ${how}${said ? ` and said: ${said}` : ''}.`,
      { code, signal, said },
    )
  }
}

/** Waits for the last bytes of an ended shell; a process that holds its pipe open is not waited for. */
async function drained(shell: Shell): Promise<void> {
  if (shell.stdout.readableEnded || shell.stdout.destroyed) return
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, 1000)
    const settle = () => {
      clearTimeout(timer)
      resolve()
    }
    shell.stdout.once('end', settle)
    shell.stdout.once('close', settle)
  })
}
