import { type Answer, type Ask, HostError, type Shell } from './host.ts'
import { Lane, type Question } from './lane.ts'
import type { Predecessor } from './lane-script.ts'

/** How long a running question nobody waits for any more may hold up the others. */
const GRACE = 2000
const DEADLINE = 10_000
/** How long a killed shell has to confirm its end. */
const KILL_WAIT = 2000

/** The questions of one lane: their deadlines, and a new shell when the old one is lost or stuck. */
export class Questions {
  readonly #open: () => Promise<Shell>
  readonly #pipelined: boolean
  readonly #waiting: Question[] = []
  #lane: Lane | null = null
  #opening = false
  #graceTimer: NodeJS.Timeout | null = null
  /** The shell before, on the same connection; the next one ends it if it did not confirm its end. */
  #dead: Predecessor | null = null
  #connection = 0
  #closed: HostError | null = null

  constructor(open: () => Promise<Shell>, options: { pipelined: boolean }) {
    this.#open = open
    this.#pipelined = options.pipelined
  }

  ask(script: string, { stdin, deadline = DEADLINE, signal }: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#closed) return reject(this.#closed)
      if (signal?.aborted)
        return reject(new HostError('aborted', 'The question was given up before it was asked.'))
      const settle = () => {
        asked.settled = true
        clearTimeout(timer)
        signal?.removeEventListener('abort', abort)
      }
      const asked: Question = {
        script,
        stdin: typeof stdin === 'string' ? Buffer.from(stdin) : (stdin ?? null),
        settled: false,
        answer: answer => {
          if (asked.settled) return
          settle()
          resolve(answer)
        },
        fail: error => {
          if (asked.settled) return
          settle()
          reject(error)
        },
      }
      const abort = () => {
        asked.fail(new HostError('aborted', 'The question was given up before its answer came.'))
        this.#abandoned(asked, GRACE)
      }
      const timer = setTimeout(() => {
        asked.fail(new HostError('deadline', `No answer within ${deadline} ms.`, { deadline }))
        this.#abandoned(asked, 0)
      }, deadline)
      signal?.addEventListener('abort', abort, { once: true })
      this.#waiting.push(asked)
      this.#pump()
    })
  }

  /** The connection is gone: fails what waits; the next question opens a shell on the next connection. */
  lose(reason: HostError): void {
    const lane = this.#lane
    this.#lane = null
    this.#dead = null
    this.#connection++
    lane?.kill()
    for (const asked of [...(lane?.takeUnanswered() ?? []), ...this.#waiting.splice(0)]) asked.fail(reason)
  }

  close(reason: HostError): void {
    this.#closed = reason
    const lane = this.#lane
    this.#lane = null
    lane?.close()
    for (const asked of [...(lane?.takeUnanswered() ?? []), ...this.#waiting.splice(0)]) asked.fail(reason)
    if (this.#graceTimer) clearTimeout(this.#graceTimer)
  }

  #pump(): void {
    while (this.#waiting[0]?.settled) this.#waiting.shift()
    if (this.#waiting.length === 0 || this.#closed) return
    const lane = this.#lane
    if (!lane) return void this.#openLane()
    while (this.#waiting.length > 0 && (this.#pipelined || lane.length === 0)) {
      const asked = this.#waiting.shift()!
      if (!asked.settled) lane.send(asked)
    }
  }

  async #openLane(): Promise<void> {
    if (this.#opening) return
    this.#opening = true
    try {
      const shell = await this.#open()
      if (this.#closed) return shell.kill('KILL')
      const lane = new Lane(shell, this.#dead, () => this.#answered())
      this.#dead = null
      this.#lane = lane
      void lane.ended.then(reason => this.#laneEnded(lane, reason))
    } catch (error) {
      const reason = error instanceof HostError ? error : new HostError('unreachable', String(error))
      for (const asked of this.#waiting.splice(0)) asked.fail(reason)
    } finally {
      this.#opening = false
    }
    this.#pump()
  }

  #laneEnded(lane: Lane, reason: HostError): void {
    if (this.#lane !== lane) return
    this.#lane = null
    if (lane.died) this.#dead = { pid: null, nonce: lane.nonce }
    for (const asked of lane.takeUnanswered()) asked.fail(reason)
    // A shell that never spoke will not speak the next time either: do not try for ever.
    if (lane.pid === null) for (const asked of this.#waiting.splice(0)) asked.fail(reason)
    this.#pump()
  }

  #answered(): void {
    if (this.#graceTimer) clearTimeout(this.#graceTimer)
    this.#graceTimer = null
    if (this.#lane?.head?.settled) this.#limitHead(this.#lane, GRACE)
    this.#pump()
  }

  #abandoned(asked: Question, grace: number): void {
    if (this.#lane?.head === asked) this.#limitHead(this.#lane, grace)
  }

  /** Nobody waits for the question this lane is working on: it may finish soon, or its shell is replaced. */
  #limitHead(lane: Lane, grace: number): void {
    if (this.#graceTimer) clearTimeout(this.#graceTimer)
    this.#graceTimer = setTimeout(() => {
      if (this.#lane === lane && lane.head?.settled) void this.#replace(lane)
    }, grace)
  }

  /**
   * Ends a stuck shell. Questions behind the stuck one are asked again only where its shell is known to have died
   * before it answered: then none of them was begun.
   */
  async #replace(lane: Lane): Promise<void> {
    const stuck = lane.head
    const connection = this.#connection
    this.#lane = null
    this.#opening = true
    lane.kill()
    const reason = await Promise.race([lane.ended, after(KILL_WAIT)])
    const notBegun = lane.died && lane.head === stuck
    const unanswered = lane.takeUnanswered()
    if (notBegun) this.#waiting.unshift(...unanswered.slice(1))
    else {
      const unknown =
        'The shell was replaced because it hung; it is not known whether this question was begun.'
      for (const asked of unanswered) asked.fail(reason ?? new HostError('lost', unknown))
    }
    // After a new login the machine may have been restarted, and the process id be somebody else's.
    if (connection === this.#connection) this.#dead = { pid: lane.died ? null : lane.pid, nonce: lane.nonce }
    this.#opening = false
    this.#pump()
  }
}

const after = (ms: number) => new Promise<null>(resolve => setTimeout(resolve, ms, null).unref())
