import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Host } from '../../src/hosts/host.ts'
import { Hosts, type HostsOptions } from '../../src/hosts/hosts.ts'
import { type Sshd, type SshdOptions, sshdMissing, startSshd, writeSshConfig } from '../peers/sshd.ts'

/** Ends a test with its reason where the machine lacks what it needs, and prints it. */
export function needs(reason: string | null, skip: (note: string) => void): boolean {
  if (reason === null) return true
  console.log(`skipped: ${reason}`)
  skip(reason)
  return false
}

export const noSshd = sshdMissing()

/** What a test opened, closed in the opposite order whatever happens. */
export class Cleanup {
  readonly #steps: (() => unknown)[] = []

  add<T>(value: T, close: (value: T) => unknown): T {
    this.#steps.push(() => close(value))
    return value
  }

  async run(): Promise<void> {
    for (const step of this.#steps.splice(0).reverse()) await step()
  }
}

export async function sshdIn(cleanup: Cleanup, options: SshdOptions = {}): Promise<Sshd> {
  return cleanup.add(await startSshd(options), sshd => sshd.stop())
}

/** Hosts that know one daemon, as `a` through the built-in client and as `b` through the system's. */
export function hostsOf(
  cleanup: Cleanup,
  sshd: Sshd,
  options: HostsOptions & { port?: number; lines?: string[]; known?: boolean } = {},
): Hosts {
  const { port, lines, known = true, ...rest } = options
  const sshConfig = writeSshConfig(sshd.folder, [{ alias: 'peer', sshd, port, lines }])
  if (!known) rmSync(join(sshd.folder, 'known_hosts'))
  const hosts = cleanup.add(new Hosts({ sshConfig, ...rest }), h => h.close())
  hosts.setRecords([
    { id: 'a', name: 'a', target: 'peer' },
    { id: 'b', name: 'b', target: 'peer', transport: 'ssh' },
  ])
  return hosts
}

/** Waits for a condition that nothing announces. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  ms = 10_000,
): Promise<void> {
  const end = Date.now() + ms
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`It did not come to this within ${ms} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 15))
  }
}

/** Settles as soon as a host's reach is in this state. */
export function reached(host: Host, state: Host['reach']['state']): Promise<void> {
  if (host.reach.state === state) return Promise.resolve()
  return new Promise(resolve => {
    const stop = host.onReach(reach => {
      if (reach.state !== state) return
      stop()
      resolve()
    })
  })
}
