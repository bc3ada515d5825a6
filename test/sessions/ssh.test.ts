import { afterEach, expect, it } from 'vitest'
import type { Ask, Host } from '../../src/hosts/host.ts'
import { tail } from '../../src/logs/pages.ts'
import { launch } from '../../src/sessions/launch.ts'
import { status } from '../../src/sessions/status.ts'
import { stop } from '../../src/sessions/stop.ts'
import { Cleanup, hostsOf, noSshd, sshdIn } from '../hosts/setting.ts'
import { eventually, Ground } from './ground.ts'

const cleanup = new Cleanup()
afterEach(() => cleanup.run())

it.skipIf(noSshd !== null)(
  'a session on another machine: launched, seen, read and stopped through SSH',
  async () => {
    await using ground = new Ground()
    const sshd = await sshdIn(cleanup)
    const { host, asked } = counting(hostsOf(cleanup, sshd).get('a'))

    const spec = ground.spec('far', ['/bin/sh', '-c', 'seq 1 1000; exec sleep 1000'], {
      secrets: { HF_TOKEN: 'x' },
    })
    expect(await launch(host, ground.site, spec)).toMatchObject({ outcome: 'launched', meta: { id: 'far' } })
    expect(await launch(host, ground.site, spec)).toMatchObject({ outcome: 'exists', meta: { id: 'far' } })
    const session = await eventually(async () => {
      const found = (await status(host, ground.site)).sessions[0]
      return found?.state === 'running' && found.log!.size > 3000 && found
    })
    const before = asked()
    await status(host, ground.site, { tailBytes: 1000, processes: true })
    expect((await tail(host, session.log!.path, 2)).bytes.toString()).toBe('999\n1000\n')
    expect(asked() - before).toBe(2)
    await sshd.kill()
    await sshd.start()
    const result = await eventually(async () => {
      try {
        return await stop(host, ground.site, 'far')
      } catch {
        // Not connected again yet.
        return false
      }
    })
    expect(result).toMatchObject({ step: 'interrupt', left: [] })
  },
)

function counting(host: Host): { host: Host; asked: () => number } {
  let asked = 0
  const ask = (script: string, options?: Ask) => {
    asked++
    return host.ask(script, options)
  }
  const named = { id: { value: host.id }, name: { value: host.name }, ask: { value: ask } }
  return { host: Object.create(host, named), asked: () => asked }
}
