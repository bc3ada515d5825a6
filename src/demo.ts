import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient } from './client/client.ts'
import type { Connection } from './connect/connect.ts'
import { cookbook } from './contract/cookbook.ts'
import { documents } from './contract/documents.ts'
import { hosts } from './contract/hosts.ts'
import { memory } from './contract/memory.ts'
import { presets } from './contract/presets.ts'
import { todos } from './contract/todos.ts'
import { demoPorts } from './demo/ports.ts'
import { DOCUMENT, GPUS, MEMORIES, MODELS, PRESETS, SCENES, type Scene, TODOS } from './demo/scenes.ts'
import { findPaths, type Paths } from './workspace/paths.ts'

/** A workspace to play with: its own home, its own tmux, pretended engines on pretended GPUs. */
export interface Demo {
  readonly paths: Paths
  /** It was not there before. */
  readonly fresh: boolean
  /** The workspace as it was furnished, still open, for a screen to go on with; what ran in it is known there. */
  readonly opened: Connection | null
  /** Ends everything that runs in it and removes it, unless somebody else has it open: then false. */
  leave(): Promise<boolean>
}

/** From here on this process, and all it starts, lives in the demo. */
export const enterDemo = async (
  version: string,
  { start, screen }: { start: boolean; screen: boolean },
): Promise<Demo> => {
  const home = join(findPaths().cache, 'demo')
  process.env.ITHACA_HOME = home
  const paths = findPaths()
  const { endProcesses, tmuxRuns } = await import('./demo/ends.ts')
  const { currentOwner } = await import('./connect/daemon.ts')
  const leave = async (): Promise<boolean> => {
    if (await currentOwner(paths)) return false
    await stopAll(paths, version)
    await endProcesses(join(home, 'machine/gpus'), paths.tmuxSocket)
    await rm(home, { recursive: true, force: true, maxRetries: 5 })
    return true
  }
  const seeded = join(home, 'seeded')
  const lives = existsSync(seeded) && ((await currentOwner(paths)) !== null || tmuxRuns(paths.tmuxSocket))
  if (!lives && existsSync(home)) await leave()
  if (!start) return { paths, fresh: false, opened: null, leave }
  await furnish(home)
  const fresh = !existsSync(seeded) && !(await currentOwner(paths))
  let opened: Connection | null = null
  if (fresh)
    try {
      process.stderr.write('Starting the demo …\n')
      const { connect } = await import('./connect/connect.ts')
      opened = await connect({ paths, version, ...(screen ? { listen: { mode: 'inside' } } : {}) })
      await seed(opened, paths)
      await writeFile(seeded, '')
    } catch (error) {
      await opened?.close()
      await leave()
      throw error
    }
  if (!screen) await opened?.close()
  return { paths, fresh, opened: screen ? opened : null, leave }
}

/** Programs, GPUs and models that are found by whoever looks for them the usual way. */
const furnish = async (home: string): Promise<void> => {
  const { installFakeEngines } = await import('./demo/engine/install.ts')
  await mkdir(home, { recursive: true, mode: 0o700 })
  const machine = await installFakeEngines(join(home, 'machine'), { gpus: GPUS })
  const hub = join(home, 'huggingface')
  Object.assign(process.env, {
    PATH: `${machine.bin}:${process.env.PATH}`,
    FAKE_GPU_STATE: machine.gpuState,
    HF_HOME: hub,
    TMUX_TMPDIR: home,
  })
  for (const name of ['HF_TOKEN', 'HF_HUB_CACHE', 'HUGGINGFACE_HUB_CACHE']) delete process.env[name]
  if (existsSync(hub)) return
  const { writeDemoModel } = await import('./demo/engine/hub.ts')
  for (const model of MODELS) await writeDemoModel(join(hub, 'hub'), model)
}

const seed = async (connection: Connection, paths: Paths): Promise<void> => {
  const client = createClient(connection.carry)
  const ports = await demoPorts(paths.data, SCENES.length + PRESETS.length)
  const launch = async ({ taken, cmd, ...scene }: Scene, index: number): Promise<void> => {
    const port = ports[index]!
    await client.call(cookbook.serve, { ...scene, cmd: `${cmd} --port ${port}` })
    if (taken) squat(port)
  }
  await client.call(hosts.edit, {
    id: 'local',
    variables: { FAKE_ENGINE_SPEED: '2', HF_HOME: process.env.HF_HOME! },
  })
  for (const [index, preset] of PRESETS.entries()) {
    const port = ports[SCENES.length + index]
    await client.call(presets.save, { ...preset, cmd: `${preset.cmd} --port ${port}` })
  }
  for (const todo of TODOS) await client.call(todos.add, todo)
  for (const text of MEMORIES) await client.call(memory.add, { text })
  await client.call(documents.add, DOCUMENT)
  const launched = await Promise.allSettled(SCENES.map(launch))
  // A port may have been taken since; the demo does with what is left.
  for (const one of launched)
    if (one.status === 'rejected') process.stderr.write(`${(one.reason as Error).message}\n`)
}

/** A stranger that holds a port for a little while, and ends by itself. */
const squat = (port: number): void => {
  const code = `require('node:net').createServer().on('error',()=>process.exit()).listen(${port});setTimeout(()=>process.exit(),15000)`
  spawn(process.execPath, ['-e', code], { detached: true, stdio: 'ignore', cwd: '/' }).unref()
}

const stopAll = async (paths: Paths, version: string): Promise<void> => {
  if (!existsSync(paths.database)) return
  const { connect } = await import('./connect/connect.ts')
  const connection = await connect({ paths, version })
  const client = createClient(connection.carry)
  try {
    const { items } = await client.call(cookbook.tasks, { state: 'live', latest: false })
    // What cannot be stopped in words is ended by its process afterwards.
    await Promise.allSettled(
      items.map(({ id, name }) =>
        client.call(cookbook.stop, { id, force: true, adopted: true, confirm: name }),
      ),
    )
  } finally {
    await connection.close()
  }
}
