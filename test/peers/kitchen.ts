import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cookbook } from '../../src/contract/cookbook.ts'
import { hosts } from '../../src/contract/hosts.ts'
import type { Serve } from '../../src/contract/serve.ts'
import { type FakeMachine, installFakeEngines } from '../../src/demo/engine/install.ts'
import { freePort } from './port.ts'
import { type TestWorkspace, testWorkspace } from './workspace.ts'

/** A workspace whose own machine has pretended engines, two pretended GPUs and a real tmux of its own. */
export interface TestKitchen extends AsyncDisposable {
  readonly w: TestWorkspace
  readonly machine: FakeMachine
  launch(cmd: string, more?: Record<string, unknown>): Promise<Serve>
  /** Waits until it is in one of these states, watching the events rather than the clock. */
  until(id: string, ...states: Serve['state'][]): Promise<Serve>
}

export const testKitchen = async (
  options: { speed?: number; listen?: boolean; now?: () => number; config?: string } = {},
): Promise<TestKitchen> => {
  const w = await testWorkspace({ listen: options.listen, now: options.now, config: options.config })
  const machine = await installFakeEngines(`${w.home}/fakes`)
  const { workspace } = w.inside
  await w.client.call(hosts.edit, {
    id: 'local',
    variables: {
      FAKE_ENGINE_SPEED: String(options.speed ?? 50),
      FAKE_GPU_STATE: machine.gpuState,
      PATH: `${machine.bin}:${process.env.PATH}`,
    },
  })
  const until: TestKitchen['until'] = (id, ...states) =>
    new Promise((resolve, reject) => {
      const { serves, watch, reading } = workspace.cookbook
      const look = (): void => {
        const serve = serves.view(serves.get(id))
        if (!states.includes(serve.state)) return
        finish()
        resolve(serve)
      }
      const unsubscribe = workspace.changes.subscribe(look)
      const again = setInterval(() => void watch.look('local').catch(() => undefined), 200)
      const late = setTimeout(async () => {
        finish()
        const serve = serves.view(serves.get(id))
        const { output } = await reading
          .output(id, 5, { raw: false })
          .catch(error => ({ output: `${error}` }))
        const how = `${serve.phase ?? '-'}, ${serve.reason ?? '-'}, code ${serve.exit_code ?? '-'}`
        reject(new Error(`${id} is ${serve.state} (${how}), not ${states.join(' or ')}:\n${output}`))
      }, 60_000)
      const finish = (): void => {
        unsubscribe()
        clearInterval(again)
        clearTimeout(late)
      }
      look()
    })
  return {
    w,
    machine,
    until,
    async launch(cmd, more = {}) {
      const port = /--port[ =]\d+/.test(cmd) ? '' : ` --port ${await freePort()}`
      const { serve } = await w.client.call(cookbook.serve, { cmd: `${machine.bin}/${cmd}${port}`, ...more })
      return serve
    },
    async [Symbol.asyncDispose]() {
      const { serves, control } = workspace.cookbook
      for (const one of serves.all())
        if (!one.kept.ending && one.kept.origin === 'launched')
          await control.stop({ actor: 'operator' }, one.kept.id, { force: true }).catch(() => undefined)
      if (existsSync(w.paths.tmuxSocket))
        try {
          execFileSync('tmux', ['-S', w.paths.tmuxSocket, 'kill-server'], { stdio: 'ignore' })
        } catch {
          // It ended by itself with its last session.
        }
      await w[Symbol.asyncDispose]()
    },
  }
}
