import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import type { Terminal } from '../../src/contract/terminal.ts'
import type { Host } from '../../src/hosts/host.ts'
import { Hosts } from '../../src/hosts/hosts.ts'
import { quoteForAny } from '../../src/hosts/quote.ts'
import { isRunning } from '../peers/running.ts'
import { Cleanup, hostsOf, needs, noSshd, sshdIn, until } from './setting.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

const shape = { cols: 90, rows: 30, term: 'xterm-256color' }

/** Reads on, so that an end can come. */
function reading(terminal: Terminal): { text: string } {
  const seen = { text: '' }
  terminal.stream.on('data', (piece: Buffer) => {
    seen.text += piece.toString('utf8')
  })
  return seen
}

describe.each(['this machine', 'the built-in client', "the system's ssh"])('a terminal through %s', way => {
  const open = async (skip: (note: string) => void) => {
    if (way === 'this machine') {
      const hosts = cleanup.add(new Hosts({}), h => h.close())
      return { host: hosts.local, sshd: null }
    }
    needs(noSshd, skip)
    const sshd = await sshdIn(cleanup)
    return { host: hostsOf(cleanup, sshd).get(way === 'the built-in client' ? 'a' : 'b'), sshd }
  }
  const run = (host: Host, script: string) => host.terminal(['/bin/sh', '-c', script], shape)

  it('has its size, hears a new one and keys, and tells how it ended', async ({ skip }) => {
    const { host } = await open(skip)
    const terminal = await run(
      host,
      `stty size; echo $TERM; read x; echo got $x; until [ "$(stty size)" = "40 120" ]; do sleep 0.05; done; stty size; exit 7`,
    )
    const seen = reading(terminal)
    await until(() => /30 90\s+xterm-256color/.test(seen.text), 'its size')
    terminal.resize({ cols: 120, rows: 40 })
    terminal.stream.write('héllo\r')
    expect(await terminal.ended).toEqual({ code: 7, reason: null })
    expect(seen.text).toMatch(/got héllo\s+40 120/)
  })

  it('loses nothing of what a short command says last', async ({ skip }) => {
    const { host } = await open(skip)
    for (let turn = 0; turn < 5; turn++) {
      const terminal = await run(host, 'seq 1 3000; echo THE END')
      const seen = reading(terminal)
      await terminal.ended
      expect(seen.text.trim().split(/\s+/).slice(-3)).toEqual(['3000', 'THE', 'END'])
    }
  })

  it('is held back by who does not read, and hung up on ends the program', async ({ skip }) => {
    const { host } = await open(skip)
    const terminal = await run(host, 'echo pid $$; exec yes')
    await once(terminal.stream, 'readable')
    const pid = Number(/pid (\d+)\s/.exec((terminal.stream.read() as Buffer).toString())![1])
    expect(isRunning(pid)).toBe(true)
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(terminal.stream.readableLength).toBeLessThan(4 << 20)
    terminal.close()
    terminal.stream.resume()
    await terminal.ended
    await until(() => !isRunning(pid), 'the program is gone')
  })

  it('says that its machine was lost', async ({ skip }) => {
    const { host, sshd } = await open(skip)
    if (!sshd) return
    const terminal = await run(host, 'echo here; sleep 100')
    const seen = reading(terminal)
    await until(() => seen.text.includes('here'), 'it runs')
    await sshd.kill()
    const { code, reason } = await terminal.ended
    expect(code).toBe(null)
    expect(reason).toContain('lost')
  })
})

it('says to a login shell only what every shell reads alike', () => {
  expect(quoteForAny(['tmux', '-t', '=a:', 'x y', '$HOME "q"', ''])).toBe(
    `tmux -t '=a:' 'x y' '$HOME "q"' ''`,
  )
  for (const word of ["it's", 'a\\b', 'wow!', 'a\nb', 'a\0b'])
    expect(() => quoteForAny([word])).toThrow('cannot be said')
})
