import { describe, expect, it } from 'vitest'
import { stop } from '../../src/sessions/stop.ts'
import { isRunning } from '../peers/running.ts'
import { eventually, Ground, kill } from './ground.ts'

const FAST = { interruptMs: 400, termMs: 400, killMs: 3000 }

/** Children that leave: their own session, their own parent, and no environment that would name them. */
const LEAVERS = `
setsid sleep 1001 &
( ( setsid sleep 1002 & ) & )
( ( sleep 1003 & ) & )
env -i sleep 1004 &
`

describe('stopping', () => {
  it('names the interrupt where it was enough, and records 130', async () => {
    await using ground = new Ground()
    await ground.sh('a', 'exec sleep 1000', { port: 18_433 })
    await ground.until('a', session => session.state === 'running')
    const result = await stop(ground.host, ground.site, 'a', FAST)
    expect(result).toMatchObject({ step: 'interrupt', left: [], port: { number: 18_433, free: true } })
    const after = await ground.session('a')
    expect(after).toMatchObject({ state: 'ended', stopRequested: true, attempts: [{ code: 130 }] })
    expect(() => ground.tmux('list-sessions')).toThrow()
  })

  it('terminates what does not listen to an interrupt, and kills what does not terminate', async () => {
    await using ground = new Ground()
    await ground.sh('deaf', 'trap "" INT; echo up; while :; do sleep 0.1; done')
    await ground.sh('stubborn', 'trap "" INT TERM; echo up; while :; do sleep 0.1; done')
    for (const id of ['deaf', 'stubborn']) await ground.until(id, session => session.log?.size === 3)
    expect((await stop(ground.host, ground.site, 'deaf', FAST)).step).toBe('terminate')
    expect((await stop(ground.host, ground.site, 'stubborn', FAST)).step).toBe('kill')
    const codes = (await ground.status()).sessions.map(session => session.attempts[0]!.code)
    expect(codes).toEqual([143, 137])
  })

  it('ends children that left the process tree', async () => {
    await using ground = new Ground()
    await ground.sh('a', `${LEAVERS} sleep 0.3; echo up; exec sleep 1000`)
    await ground.until('a', session => session.log?.size === 3)
    const before = await ground.session('a', { processes: true })
    const result = await stop(ground.host, ground.site, 'a', FAST)
    expect(result).toMatchObject({ left: [] })
    expect(result.pids.length).toBeGreaterThanOrEqual(5)
    for (const pid of [...result.pids, ...before.pids]) expect(isRunning(pid)).toBe(false)
  })

  it('finds orphans of an engine and a runner that were both killed', async () => {
    await using ground = new Ground()
    await ground.sh('a', 'setsid sleep 1005 & sleep 0.2; echo up; exec sleep 1000')
    await ground.until('a', session => session.log?.size === 3)
    const { pids } = await ground.session('a', { processes: true })
    kill(Number(ground.read('a', 'runner').split(' ')[0]), 'SIGKILL')
    kill(Number(ground.read('a', '1.pid').split(' ')[0]), 'SIGKILL')
    await ground.until('a', session => session.state === 'unknown')
    const result = await stop(ground.host, ground.site, 'a', FAST)
    expect(result.left).toEqual([])
    for (const pid of pids) expect(isRunning(pid)).toBe(false)
  })

  it('touches nothing of a session whose name only begins so', async () => {
    await using ground = new Ground()
    await ground.sh('serve-1', 'exec sleep 1000')
    await ground.sh('serve-12', 'exec sleep 1000')
    for (const id of ['serve-1', 'serve-12']) await ground.until(id, session => session.state === 'running')
    expect((await stop(ground.host, ground.site, 'serve', FAST)).step).toBe('already ended')
    await stop(ground.host, ground.site, 'serve-1', FAST)
    await stop(ground.host, ground.site, 'serve-1', FAST)
    expect(await ground.session('serve-12')).toMatchObject({ state: 'running', supervised: true })
    expect(ground.tmux('list-sessions', '-F', '#{session_name}')).toBe('serve-12\n')
  })

  it('leaves the record of a crash alone, and closes its pane', async () => {
    await using ground = new Ground()
    await ground.sh('a', 'exit 5')
    await ground.until('a', session => session.state === 'ended')
    expect((await stop(ground.host, ground.site, 'a', FAST)).step).toBe('already ended')
    expect(await ground.session('a')).toMatchObject({ stopRequested: false, attempts: [{ code: 5 }] })
    await eventually(async () => {
      try {
        ground.tmux('has-session', '-t', '=a')
        return false
      } catch {
        return true
      }
    })
  })

  it('ends a wait for a restart', async () => {
    await using ground = new Ground()
    await ground.sh('a', 'exit 5', { restart: { times: 5, afterSeconds: 0, pauseSeconds: 200 } })
    const waiting = await ground.until('a', session => session.state === 'restarting')
    expect(waiting.restartAt).toBeGreaterThan(Date.now() / 1000 + 100)
    await stop(ground.host, ground.site, 'a', { interruptMs: 5000 })
    expect(await ground.session('a')).toMatchObject({
      state: 'ended',
      stopRequested: true,
      attempts: [{ code: 5 }],
    })
  })

  it('catches a launch that has not got as far as a process', async () => {
    await using ground = new Ground()
    await ground.sh('a', 'exec sleep 1000')
    const result = await stop(ground.host, ground.site, 'a', { interruptMs: 3000 })
    expect(result.left).toEqual([])
    const after = await ground.session('a')
    expect(['ended', 'lost', 'launching']).toContain(after.state)
    expect(after.state === 'launching' && after.supervised).toBe(false)
  })
})
