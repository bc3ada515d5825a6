import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { placeWord } from '../../src/hosts/disks.ts'
import type { Host } from '../../src/hosts/host.ts'
import { Hosts } from '../../src/hosts/hosts.ts'
import { type ProbeOptions, type ProbeStep, probeHost } from '../../src/hosts/probe.ts'
import { Cleanup, hostsOf, needs, noSshd, sshdIn } from './setting.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

async function look(host: Host, options: ProbeOptions = {}) {
  const steps: ProbeStep[] = []
  for await (const step of probeHost(host, options)) steps.push(step)
  for (const step of steps)
    if (step.ok === false || step.ok === 'warn') expect(step.advice, step.id).not.toBe('')
  return (id: string) => steps.find(step => step.id === id)
}

/** A daemon whose sessions find these programs first. */
async function machineWith(programs: Record<string, string>, config: string[] = []) {
  const bin = mkdtempSync(join(tmpdir(), 'ithaca-probe-'))
  cleanup.add(bin, folder => rmSync(folder, { recursive: true, force: true }))
  for (const [name, body] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  return sshdIn(cleanup, { config: [`SetEnv PATH=${bin}:/usr/bin:/bin`, ...config] })
}

const ROWS =
  '0, NVIDIA H100 80GB HBM3, 81559, 550.54.15, Disabled, 0\n1, NVIDIA H100 80GB HBM3, 81559, 550.54.15, Enabled, 3'
const SMI = `case "$*" in
*--query-gpu*) printf '%s\\n' '${ROWS.replace('\n', "' '")}' ;;
*p2p*) printf ' \\tGPU0\\tGPU1\\n GPU0\\tX\\tOK\\n GPU1\\tCNS\\tX\\n' ;;
*) echo '| NVIDIA-SMI 550.54.15   Driver Version: 550.54.15   CUDA Version: 12.4 |' ;;
esac`

describe('testing a host', () => {
  it('looks at this machine', async () => {
    const hosts = cleanup.add(new Hosts(), h => h.close())
    const step = await look(hosts.local, { disks: ['/', placeWord('~/models of "mine"')] })
    expect(step('reach')!.ok).toBe(true)
    expect(step('shell')!.ok).toBe(true)
    expect(step('forwarding')!.ok).toBe('skip')
    expect(step('clock')).toMatchObject({ ok: true })
    expect(step('nofile')!.detail).toMatch(/\d/)
    expect(step('home')!.ok).toBe(true)
  })

  it('reads what the cards say, and what is wrong with them', async ({ skip }) => {
    needs(noSshd, skip)
    const sshd = await machineWith({
      'nvidia-smi': SMI,
      vllm: 'exit 0',
      tmux: 'echo tmux 3.4',
      date: 'echo 1000000',
    })
    const step = await look(hostsOf(cleanup, sshd).get('a'), { way: { kind: 'ssh2', why: 'x' } })
    expect(step('gpus')!.detail).toBe('0: NVIDIA H100 80GB HBM3 79.6 GiB, 1: NVIDIA H100 80GB HBM3 79.6 GiB')
    expect(step('driver')!.detail).toContain('driver 550.54.15, up to CUDA 12.4')
    expect(step('mig')).toMatchObject({ ok: 'warn', detail: expect.stringContaining('GPU 1') })
    expect(step('ecc')).toMatchObject({ ok: false, detail: expect.stringContaining('GPU 1 (3)') })
    expect(step('p2p')).toMatchObject({ ok: 'warn', detail: '1 of 2 ways are not supported' })
    expect(step('fabric')!.ok).toBe('skip')
    expect(step('tmux')).toMatchObject({ ok: true, detail: '3.4' })
    expect(step('forwarding')).toMatchObject({ ok: true })
    expect(step('clock')).toMatchObject({ ok: 'warn', detail: expect.stringContaining('behind ours') })
    expect(step('engines')!.detail).toContain('vllm')
  })

  it('says what is missing, forbidden or broken', async ({ skip }) => {
    needs(noSshd, skip)
    const broken = "echo 'Failed to initialize NVML: Driver/library version mismatch'; exit 18"
    const sshd = await machineWith({ 'nvidia-smi': broken, tmux: 'exit 127' }, ['AllowTcpForwarding no'])
    for (const name of ['a', 'b']) {
      const step = await look(hostsOf(cleanup, sshd).get(name))
      expect(step('gpus')).toMatchObject({
        ok: false,
        detail: expect.stringContaining('version mismatch'),
        advice: expect.stringContaining('restart'),
      })
      expect(step('tmux')!.ok).toBe(false)
      expect(step('forwarding')).toMatchObject({
        ok: 'warn',
        advice: expect.stringContaining('AllowTcpForwarding'),
      })
    }
  })

  it('tells a closed door from a missing house', async ({ skip }) => {
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup)
    writeFileSync(join(sshd.folder, 'authorized_keys'), '')
    const refused = await look(hostsOf(cleanup, sshd).get('a'))
    expect([refused('reach')!.ok, refused('login')!.ok, refused('gpus')!.ok]).toEqual([true, false, 'skip'])
    await sshd.kill()
    const gone = await look(hostsOf(cleanup, sshd).get('a'), { agentSocket: join(sshd.folder, 'no-agent') })
    expect([gone('reach')!.ok, gone('login')!.ok]).toEqual([false, 'skip'])
    expect(gone('agent')).toMatchObject({ ok: 'warn', detail: expect.stringContaining('stale') })
  })
})
