import { setTimeout as pause } from 'node:timers/promises'
import type { Carry, Join } from '../client/client.ts'
import { Problem } from '../contract/problem.ts'
import { type Instance, readInstance, takeOwnership } from '../workspace/owner.ts'
import type { Paths } from '../workspace/paths.ts'
import { overWebSocket } from './duplex.ts'
import { type Inside, type InsideOptions, openInside } from './inside.ts'
import { overHttp, overWire } from './over-http.ts'

/** A way to the API, wherever it runs. */
export interface Connection {
  /** `inside`: this process owns the workspace. `attached`: another on this machine does. `remote`: another machine. */
  readonly mode: 'inside' | 'attached' | 'remote'
  readonly url: string
  readonly carry: Carry
  readonly join: Join
  readonly inside: Inside | null
  /** Another owner has another key, which can be found out: being refused means that there is one. */
  readonly findsKey: boolean
  /** The way to the same workspace as it is now; absent where it leads to the owner on this machine, who is looked for anew. */
  again?(signal: AbortSignal): Promise<Connection>
  close(): Promise<void>
}

const OWNER_WAIT = 10_000

/** Attaches to an owner that is about to appear; null when none does in time. */
export const awaitOwner = async (paths: Paths, ms: number): Promise<Connection | null> => {
  for (const end = Date.now() + ms; Date.now() < end; await pause(25)) {
    const instance = readInstance(paths)
    if (instance && (await alive(instance))) return attach(instance)
  }
  return null
}

/** Opens the workspace here, or attaches to whoever has it open: whichever is possible first. */
export const connect = async (options: InsideOptions & { paths: Paths }): Promise<Connection> => {
  const { paths } = options
  const end = Date.now() + OWNER_WAIT
  for (;;) {
    const inside = await tryInside(options)
    if (inside) return inside
    const instance = readInstance(paths)
    if (instance && (await alive(instance))) return attach(instance)
    if (Date.now() > end)
      throw new Problem(
        'unavailable',
        instance
          ? `Another Ithaca (pid ${instance.pid}) has this workspace open but does not answer at ${instance.url}.`
          : 'Another Ithaca has this workspace open but does not say where it listens; it may be starting or busy with a single command. Try again.',
      )
    await pause(25)
  }
}

const tryInside = async (options: InsideOptions): Promise<Connection | null> => {
  const ownership = takeOwnership(options.paths)
  if (!ownership) return null
  const inside = await openInside(options, ownership)
  return {
    mode: 'inside',
    url: inside.workspace.url,
    carry: inside.workspace.mode === 'command' ? awake(inside) : inside.carry,
    join: inside.join,
    inside,
    findsKey: false,
    close: () => inside.close(),
  }
}

const ABOUT_HOSTS = /^\/(?:api\/v1\/(?:serves|hosts|presets\/.*launch)|api\/codex\/cookbook|v1\/)/

/** Opened for one command nobody looks at the hosts by itself: what is asked about them waits for a first look. */
const awake =
  (inside: Inside): Carry =>
  async request => {
    if (ABOUT_HOSTS.test(new URL(request.url).pathname)) await inside.workspace.cookbook.seen()
    return inside.carry(request)
  }

export const alive = async (instance: Instance): Promise<boolean> => {
  try {
    const response = await fetch(`${instance.url}/healthz`, { signal: AbortSignal.timeout(2000) })
    return ((await response.json()) as { id?: string }).id === instance.id
  } catch {
    return false
  }
}

export const attach = (instance: Instance): Connection => ({
  mode: 'attached',
  url: instance.url,
  carry: overHttp(instance.url, instance.key),
  join: overWebSocket(instance.url, instance.key),
  inside: null,
  findsKey: true,
  close: async () => undefined,
})

export const connectRemote = (url: string, token: string): Connection => {
  if (!URL.canParse(url))
    throw new Problem('invalid', `'${url}' is not an address such as http://127.0.0.1:7000.`)
  const base = url.replace(/\/+$/, '')
  const { carry, drop } = overWire(base, token)
  return {
    mode: 'remote',
    url: base,
    async carry(request) {
      const response = await carry(request)
      if (response.status === 401 && token === '')
        throw new Problem(
          'unauthenticated',
          `${base} wants a token: put one into ITHACA_TOKEN, or use --remote ssh://host, which needs none.`,
        )
      return response
    },
    join: overWebSocket(base, token),
    inside: null,
    findsKey: false,
    // An address does not change: that it answers again is all there is to find out.
    async again(signal) {
      drop()
      await hears(carry, signal)
      return this
    },
    close: async () => drop(),
  }
}

/** Finds out that somebody answers. */
export const hears = async (carry: Carry, signal: AbortSignal): Promise<void> => {
  const response = await carry(new Request('http://localhost/healthz', { signal }))
  await response.text()
}
