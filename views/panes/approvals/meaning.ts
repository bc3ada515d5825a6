import type { Approval } from '../../../src/contract/access.ts'
import type { Route } from '../../../src/contract/route.ts'
import type { Shell } from '../../shell/shell.ts'
import { Newest } from '../../store/newest.ts'
import { Asked } from '../asked.ts'

/** What a request would do, in the words of the contract, and the name of what it would do it to. */
export interface Meaning {
  does: string
  destroys: boolean
  to: string
}

/** Many more than wait for an answer at once. */
const remembered = 500

/** Nouns whose single thing can be read without changing anything. */
const readable = /^\/api\/(?:v1|codex)\/(?:todos|documents|memory|calendar|events|serves|presets|hosts)\//

/** Looks up what the questions mean: each once, when it is first looked at; what failed, once more on another line. */
export class Meanings {
  readonly #shell: Shell
  readonly #known = new Newest<string, Meaning>(remembered)
  readonly #asked = new Newest<string, Asked>(remembered)

  constructor(shell: Shell) {
    this.#shell = shell
  }

  of(one: Approval): Meaning | null {
    const asked = this.#asked.get(one.id) ?? new Asked(this.#shell.live)
    this.#asked.set(one.id, asked)
    if (asked.begins(one.id)) void this.#find(one).catch(() => asked.failed())
    return this.#known.get(one.id) ?? null
  }

  async #find(one: Approval): Promise<void> {
    // Every route of the API: nothing a screen without questions has to load.
    const { allRoutes } = await import('../../../src/contract/all.ts')
    const routes = allRoutes()
    const path = one.path.split('?')[0]!
    const route = routeOf(routes, one.method, path)
    if (!route) return
    const meaning: Meaning = { does: route.summary, destroys: route.danger === 'destroys', to: '' }
    this.#known.set(one.id, meaning)
    this.#shell.signal.soon()
    const thing = readable.test(path) ? thingOf(routes, path) : undefined
    if (thing === undefined) return
    const response = await this.#shell.client.send('GET', thing)
    if (!response.ok) return
    this.#known.set(one.id, { ...meaning, to: nameOf(await response.json()) })
    this.#shell.signal.soon()
  }
}

const fits = (route: Route, path: string): boolean =>
  new RegExp(`^${route.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path)

const routeOf = (routes: readonly Route[], method: string, path: string): Route | undefined =>
  routes.find(route => route.method === method && route.path === path) ??
  routes.find(route => route.method === method && fits(route, path))

/** The path of the thing a request is about: the longest beginning of its own that can be read. */
function thingOf(routes: readonly Route[], path: string): string | undefined {
  const parts = path.split('/')
  for (let end = parts.length; end > 4; end--) {
    const start = parts.slice(0, end).join('/')
    if (routes.some(route => route.method === 'GET' && route.path.includes('{') && fits(route, start)))
      return start
  }
  return undefined
}

function nameOf(thing: unknown): string {
  const whole = thing as Record<string, unknown>
  const inner = ['todo', 'document', 'memory', 'event'].map(name => whole[name]).find(Boolean)
  const of = (inner ?? whole) as Record<string, unknown>
  const name = ['title', 'name', 'text', 'subject', 'summary', 'model'].map(key => of[key]).find(Boolean)
  return typeof name === 'string' ? name.slice(0, 300) : ''
}
