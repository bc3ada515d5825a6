import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'
import { launch } from '../../src/sessions/launch.ts'
import type { Session, Spec } from '../../src/sessions/session.ts'
import type { Site } from '../../src/sessions/shell.ts'
import { type Status, type StatusOptions, status } from '../../src/sessions/status.ts'
import { words } from '../../src/sessions/word.ts'

/** This machine as a host, with a state directory and a tmux server that nobody else uses. */
export class Ground {
  readonly dir = mkdtempSync(join(tmpdir(), 'ithaca-sessions-'))
  readonly host = new Machine('local', 'this machine', async () => openLocal())
  readonly site: Required<Site>

  private readonly centers: Machine[] = []

  constructor(shell: readonly string[] = ['/bin/sh']) {
    this.site = { stateDir: join(this.dir, 'state'), socket: join(this.dir, 'tmux'), shell }
  }

  spec(id: string, argv: string[], more: Partial<Spec> = {}): Spec {
    const run = { assignments: [], argv: words(...argv) }
    return {
      id,
      run,
      operator: 'ann',
      actor: 'operator',
      ...more,
      variables: { GROUND: `${this.dir}/`, ...more.variables },
    }
  }

  /** Another control center that looks at the same machine over lanes of its own. */
  center(): Machine {
    const center = new Machine('local', 'this machine', async () => openLocal())
    this.centers.push(center)
    return center
  }

  /** Runs a line of shell as the command of a session. */
  sh(id: string, line: string, more: Partial<Spec> = {}): ReturnType<typeof launch> {
    return launch(this.host, this.site, this.spec(id, ['/bin/sh', '-c', line], more))
  }

  status(options: StatusOptions = {}): Promise<Status> {
    return status(this.host, this.site, options)
  }

  async session(id: string, options: StatusOptions = {}): Promise<Session> {
    const found = (await this.status(options)).sessions.find(session => session.id === id)
    if (!found) throw new Error(`there is no session ${id}`)
    return found
  }

  async until(id: string, what: (session: Session) => unknown, deadline = 15_000): Promise<Session> {
    return eventually(async () => {
      const session = await this.session(id)
      return what(session) ? session : undefined
    }, deadline)
  }

  path(id: string, file: string): string {
    const root = join(this.site.stateDir, 'sessions')
    return join(root, readdirSync(root)[0]!, id, file)
  }

  read(id: string, file: string): string {
    return readFileSync(this.path(id, file), 'utf8')
  }

  tmux(...args: string[]): string {
    return execFileSync('tmux', ['-u', '-S', this.site.socket, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pid of this.pids()) kill(pid, 'SIGKILL')
    try {
      this.tmux('kill-server')
    } catch {
      // No session was started, or the test killed the server itself.
    }
    await eventually(async () => {
      for (const pid of this.pids()) kill(pid, 'SIGKILL')
      return this.pids().length === 0
    })
    for (const host of [this.host, ...this.centers]) host.close()
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 })
  }

  /** Whatever was started from here: its command line or its environment names our directory. */
  private pids(): number[] {
    return readdirSync('/proc')
      .filter(name => /^\d+$/.test(name) && Number(name) !== process.pid)
      .filter(name =>
        [`/proc/${name}/cmdline`, `/proc/${name}/environ`].some(file =>
          contents(file).includes(`${this.dir}/`),
        ),
      )
      .map(Number)
  }
}

export function kill(pid: number, signal: NodeJS.Signals): void {
  // 0 would be whoever runs the tests, and everything of theirs.
  if (!(pid > 0)) throw new Error(`No process has the number ${pid}.`)
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended already, which is all that is asked.
  }
}

function contents(file: string): string {
  try {
    return readFileSync(file, 'latin1')
  } catch {
    // Gone, or another user's.
    return ''
  }
}

export async function eventually<T>(
  look: () => Promise<T | undefined | false>,
  deadline = 15_000,
): Promise<T> {
  const until = Date.now() + deadline
  for (;;) {
    const found = await look()
    if (found) return found
    if (Date.now() > until) throw new Error(`still not so after ${deadline} ms: ${look}`)
    await new Promise(resolve => setTimeout(resolve, 30))
  }
}
