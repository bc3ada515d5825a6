import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Client, createClient } from '../../src/client/client.ts'
import { type Inside, openInside } from '../../src/connect/inside.ts'
import { takeOwnership } from '../../src/workspace/owner.ts'
import { findPaths, type Paths } from '../../src/workspace/paths.ts'

export interface TestWorkspace extends AsyncDisposable {
  readonly home: string
  readonly paths: Paths
  readonly inside: Inside
  /** As the operator, in process. */
  readonly client: Client
  /** As a token: its secret over `fetch` with no socket in between. */
  as(secret: string): Client
  token(name: string, scopes: string[], more?: Record<string, unknown>): Promise<string>
  /** A raw request with any headers, as from a socket. */
  request(
    method: string,
    path: string,
    options?: { token?: string; body?: unknown; headers?: Record<string, string> },
  ): Promise<Response>
}

/** A workspace of its own in a directory of its own, gone afterwards. The clock can be held. */
export const testWorkspace = async (
  options: { now?: () => number; listen?: boolean; config?: string } = {},
): Promise<TestWorkspace> => {
  const home = mkdtempSync(join(tmpdir(), 'ithaca-test-'))
  const paths = findPaths({ ITHACA_HOME: home })
  const { mkdirSync } = await import('node:fs')
  mkdirSync(paths.data, { recursive: true })
  if (options.config !== undefined) {
    mkdirSync(dirname(paths.configFile), { recursive: true })
    writeFileSync(paths.configFile, options.config)
  }
  const inside = await openInside(
    {
      paths,
      version: '0.0.0-test',
      now: options.now,
      ...(options.listen ? { listen: { port: 0, mode: 'inside' as const } } : {}),
    },
    takeOwnership(paths)!,
  )
  const carryAs = (secret: string) => async (request: Request) => {
    const headers = new Headers(request.headers)
    headers.set('authorization', `Bearer ${secret}`)
    return inside.api.fetch(new Request(request, { headers }), { remote: '127.0.0.1' })
  }
  const client = createClient(inside.carry)
  return {
    home,
    paths,
    inside,
    client,
    as: secret => createClient(carryAs(secret)),
    async token(name, scopes, more = {}) {
      const response = await client.send('POST', '/api/v1/tokens', { name, scopes, ...more })
      return ((await response.json()) as { token: string }).token
    },
    async request(method, path, { token, body, headers } = {}) {
      return inside.api.fetch(
        new Request(`http://127.0.0.1:7000${path}`, {
          method,
          headers: {
            host: '127.0.0.1:7000',
            ...(token ? { authorization: `Bearer ${token}` } : {}),
            ...headers,
          },
          ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
        }),
        { remote: '127.0.0.1' },
      )
    },
    async [Symbol.asyncDispose]() {
      await inside.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
