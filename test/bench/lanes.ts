import { spawn } from 'node:child_process'
import type { Transport } from '../../src/hosts/host.ts'
import { Hosts } from '../../src/hosts/hosts.ts'
import { resolveSettings } from '../../src/hosts/settings.ts'
import { openSsh2 } from '../../src/hosts/ssh2.ts'
import { startSlowLink } from '../peers/slow-link.ts'
import { sshdMissing, startSshd, writeSshConfig } from '../peers/sshd.ts'

export const name = 'lanes'

export interface Row {
  what: string
  value: number
  unit: string
  limit?: number
  beside?: string
  beside_value?: number
}

const ROUND_TRIP_MS = 150

async function median(times: number, run: () => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let n = 0; n < times; n++) {
    const start = performance.now()
    await run()
    taken.push(performance.now() - start)
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)]!
}

const rounded = (value: number) => Math.round(value * 100) / 100

/** A program of its own for one command, until its output has ended. */
async function freshExec(transport: Transport): Promise<void> {
  const shell = await transport.spawn()
  shell.stdout.resume()
  shell.stderr.resume()
  shell.stdin.end('true\n')
  await shell.done
}

function spawnSsh(config: string, alias: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('ssh', ['-F', config, '-o', 'BatchMode=yes', alias, 'true'], { stdio: 'ignore' })
    child.once('error', reject)
    child.once('exit', code => (code === 0 ? resolve() : reject(new Error(`ssh ended with ${code}`))))
  })
}

/** Questions over a line of 150 ms and 1 MB/s in round trips, and over loopback in milliseconds. */
export async function run(print: (row: Row) => void): Promise<void> {
  const missing = sshdMissing()
  if (missing) throw new Error(`The lanes cannot be measured: ${missing}.`)
  const sshd = await startSshd()
  const link = await startSlowLink(sshd.port, { delayMs: ROUND_TRIP_MS / 2 })
  const sshConfig = writeSshConfig(sshd.folder, [
    { alias: 'far', sshd, port: link.port },
    { alias: 'near', sshd },
  ])
  const hosts = new Hosts({ sshConfig })
  hosts.setRecords([
    { id: 'far', name: 'far', target: 'far' },
    { id: 'near', name: 'near', target: 'near' },
  ])
  const transports: Transport[] = []
  try {
    for (const host of [hosts.get('far'), hosts.get('near'), hosts.local])
      for (let n = 0; n < 5; n++) await host.ask(':')
    const far = hosts.get('far')
    const trips = async (times: number, work: () => Promise<unknown>) =>
      rounded((await median(times, work)) / ROUND_TRIP_MS)
    const ten = () => Promise.all(Array.from({ length: 10 }, (_, n) => far.ask(`echo ${n}`)))
    const opened = await openSsh2(
      await resolveSettings({ alias: 'far', user: null, port: null }, { configFile: sshConfig }),
    )
    transports.push(opened)
    const exec = await trips(5, () => freshExec(opened))
    const program = await trips(3, () => spawnSsh(sshConfig, 'far'))
    print({
      what: 'a question on an open lane, 150 ms away',
      value: await trips(9, () => far.ask('echo x')),
      unit: 'round trips',
      limit: 1.2,
      beside: 'a fresh exec on the same connection',
      beside_value: exec,
    })
    print({
      what: 'ten questions at once, 150 ms away',
      value: await trips(5, ten),
      unit: 'round trips',
      limit: 1.5,
      beside: 'spawning ssh, for one',
      beside_value: program,
    })
    const near = hosts.get('near')
    const lane = rounded(await median(50, () => near.ask('echo x')))
    const ssh = rounded(await median(5, () => spawnSsh(sshConfig, 'near')))
    print({
      what: 'a question on an open lane, loopback',
      value: lane,
      unit: 'ms',
      beside: 'spawning ssh',
      beside_value: ssh,
    })
    const here = rounded(await median(50, () => hosts.local.ask('echo x')))
    const child = rounded(await median(20, () => runChild()))
    print({
      what: 'a question to this machine',
      value: here,
      unit: 'ms',
      beside: 'a child process of sh',
      beside_value: child,
    })
    const start = performance.now()
    const { stdout } = await near.ask('dd if=/dev/zero bs=65536 count=512 2>/dev/null', {
      lane: 'pages',
      deadline: 60_000,
    })
    const seconds = (performance.now() - start) / 1000
    print({ what: 'a 32 MB answer, loopback', value: rounded(stdout.length / 1e6 / seconds), unit: 'MB/s' })
  } finally {
    for (const transport of transports) transport.close()
    hosts.close()
    await link.close()
    await sshd.stop()
  }
}

function runChild(): Promise<void> {
  return new Promise(resolve => {
    const child = spawn('/bin/sh', ['-c', 'echo x'], { stdio: ['ignore', 'pipe', 'ignore'] })
    child.stdout.resume()
    child.once('close', () => resolve())
  })
}
