import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { Problem } from '../contract/problem.ts'
import { type Instance, readInstance, takeOwnership } from '../workspace/owner.ts'
import { makeDirectory, type Paths } from '../workspace/paths.ts'
import { alive } from './connect.ts'
import { type Inside, openInside } from './inside.ts'
import { overHttp } from './over-http.ts'

export interface DaemonOptions {
  paths: Paths
  version: string
  port?: number
  host?: string
}

const START_WAIT = 20_000
const END_WAIT = 15_000

/** Opens the workspace, listens, and stays until told to end. */
export const runDaemon = async (options: DaemonOptions): Promise<Inside> => {
  const { paths } = options
  const end = Date.now() + END_WAIT
  let asked = false
  for (;;) {
    const ownership = takeOwnership(paths)
    if (ownership)
      return openInside(
        { ...options, listen: { port: options.port, host: options.host, mode: 'daemon' } },
        ownership,
      )
    const instance = readInstance(paths)
    if (instance?.mode === 'daemon' && (await alive(instance)))
      throw new Problem('conflict', `Ithaca is up already: pid ${instance.pid}, ${instance.url}.`)
    if (instance && !asked) asked = await askToLeave(instance)
    if (Date.now() > end)
      throw new Problem(
        'conflict',
        `Another Ithaca${instance ? ` (pid ${instance.pid})` : ''} has this workspace open and does not let go of it.`,
      )
    await pause(50)
  }
}

/** An owner that is not a daemon gives the workspace away, and becomes a client of whoever takes it. */
const askToLeave = async (instance: Instance): Promise<boolean> => {
  try {
    const carry = overHttp(instance.url, instance.key)
    const response = await carry(
      new Request('http://localhost/api/v1/workspace/release', { method: 'POST', body: '{}' }),
    )
    return response.ok
  } catch {
    // It may have ended between our two looks; the loop finds out.
    return false
  }
}

/** Starts the daemon in a process of its own and comes back when it answers. */
export const detach = async (options: DaemonOptions & { script: string }): Promise<Instance> => {
  const { paths } = options
  const before = readInstance(paths)
  if (before?.mode === 'daemon' && (await alive(before)))
    throw new Problem('conflict', `Ithaca is up already: pid ${before.pid}, ${before.url}.`)
  makeDirectory(paths.state)
  const log = openSync(paths.log, 'a', 0o600)
  const words = [
    'up',
    ...(options.port !== undefined ? ['--port', String(options.port)] : []),
    ...(options.host ? ['--host', options.host] : []),
  ]
  const child = spawn(process.execPath, [options.script, ...words], {
    detached: true,
    stdio: ['ignore', log, 'pipe'],
    cwd: '/',
  })
  closeSync(log)
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000)
  })
  let ended = false
  child.once('exit', () => {
    ended = true
  })
  const end = Date.now() + START_WAIT
  for (;;) {
    const instance = readInstance(paths)
    if (instance && instance.pid === child.pid && (await alive(instance))) {
      child.stderr!.destroy()
      child.unref()
      return instance
    }
    if (ended)
      throw new Problem('failed', said.replace(/^ithaca: /, '').trim() || 'The daemon ended as it started.')
    if (Date.now() > end)
      throw new Problem('timeout', `The daemon (pid ${child.pid}) does not answer. Its log is ${paths.log}.`)
    await pause(25)
  }
}

/** Ends the owner, whoever it is, and waits until the workspace is free. */
export const endOwner = async (paths: Paths): Promise<Instance | null> => {
  const instance = readInstance(paths)
  if (!instance || !((await alive(instance)) || isHeld(paths))) return null
  process.kill(instance.pid, 'SIGTERM')
  const end = Date.now() + END_WAIT
  while (readInstance(paths)?.id === instance.id) {
    if (Date.now() > end)
      throw new Problem(
        'timeout',
        `Ithaca (pid ${instance.pid}) was told to end and does not. 'kill -9 ${instance.pid}' loses nothing that was acknowledged.`,
      )
    await pause(25)
  }
  return instance
}

/** An owner that does not answer owns all the same: what it announced is there for as long as it holds the lock. */
const isHeld = (paths: Paths): boolean => {
  const ownership = takeOwnership(paths)
  ownership?.release()
  return ownership === null
}

export const currentOwner = async (paths: Paths): Promise<Instance | null> => {
  const instance = readInstance(paths)
  return instance && (await alive(instance)) ? instance : null
}
