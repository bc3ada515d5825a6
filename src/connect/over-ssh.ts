import type { Carry } from '../client/client.ts'
import { Problem } from '../contract/problem.ts'
import { type Host, HostError } from '../hosts/host.ts'
import { Hosts } from '../hosts/hosts.ts'
import { request } from '../hosts/http.ts'
import type { Config } from '../workspace/config.ts'
import { Instance } from '../workspace/owner.ts'
import { type Connection, hears } from './connect.ts'
import { overWebSocket } from './duplex.ts'
import { responseOf } from './over-http.ts'

/** Where the instance file may be on the other side; the first that is there says where its owner listens. */
const FIND = `
for f in "\${ITHACA_HOME:+$ITHACA_HOME/data/instance.json}" "\${XDG_DATA_HOME:+$XDG_DATA_HOME/ithaca/instance.json}" "$HOME/.local/share/ithaca/instance.json"; do
  [ -n "$f" ] && [ -r "$f" ] && exec cat "$f"
done
exit 3`

/** A new connection takes many round trips, and the line may be a slow one. */
const CONNECT_WITHIN = 30_000

/** Another machine's workspace through ssh alone: who may log in there may read its key, so no token is needed. */
export const connectOverSsh = async (address: string, config: Config): Promise<Connection> => {
  const target = decodeURIComponent(address.slice('ssh://'.length).replace(/\/+$/, ''))
  const [, name, port] = target.match(/^([^:]+?)(?::(\d+))?$/) ?? []
  if (!name)
    throw new Problem('invalid', `'${address}' is not an address such as ssh://user@host or ssh://alias.`)
  const open = (): Hosts => {
    const { ssh_config: sshConfig, known_hosts: knownHosts } = config.hosts
    const opened = new Hosts({ sshConfig, knownHosts })
    opened.setRecords([{ id: 'remote', name, target: name, port: port ? Number(port) : null }])
    return opened
  }
  let hosts = open()
  const find = async (signal?: AbortSignal): Promise<Connection> => {
    const host = hosts.get('remote')
    const instance = await findInstance(host, signal)
    const there = Number(new URL(instance.url).port)
    const carry = overChannel(host, there, instance.key)
    return {
      mode: 'remote',
      url: address,
      carry,
      join: overWebSocket(`http://127.0.0.1:${there}`, instance.key, () => host.connect(there)),
      inside: null,
      findsKey: true,
      // Who owns it there now listens elsewhere, perhaps, and has another key.
      async again(limit) {
        if (host.reach.state === 'unreachable') host.retry()
        try {
          return await findHearing(limit)
        } catch (error) {
          if (!limit.aborted) throw error
          // The line is dead, whatever the connection over it says of itself.
          hosts.close()
          hosts = open()
          return findHearing(AbortSignal.timeout(CONNECT_WITHIN))
        }
      },
      close: async () => hosts.close(),
    }
  }
  const findHearing = async (limit: AbortSignal): Promise<Connection> => {
    const found = await find(limit)
    await hears(found.carry, limit)
    return found
  }
  try {
    return await find()
  } catch (error) {
    hosts.close()
    throw error
  }
}

const findInstance = async (host: Host, signal?: AbortSignal): Promise<Instance> => {
  const { code, stdout } = await host.ask(FIND, signal ? { signal } : {}).catch(error => {
    throw error instanceof HostError ? asProblem(error) : error
  })
  if (code !== 0)
    throw new Problem('unavailable', `No Ithaca is up on ${host.name}. Start it there: ithaca up --detach`, {
      unreachable: true,
    })
  return Instance.parse(JSON.parse(stdout.toString('utf8')))
}

const overChannel =
  (host: Host, port: number, key: string): Carry =>
  async asked => {
    const { pathname, search } = new URL(asked.url)
    const body = asked.body === null ? undefined : new Uint8Array(await asked.arrayBuffer())
    try {
      const answer = await request(host, port, {
        method: asked.method,
        path: pathname + search,
        headers: {
          ...Object.fromEntries(asked.headers),
          authorization: `Bearer ${key}`,
          ...(body ? { 'content-length': String(body.length) } : {}),
        },
        body,
        signal: asked.signal,
        timeout: 30_000,
      })
      return responseOf(answer.body)
    } catch (error) {
      if (asked.signal.aborted) throw error
      throw error instanceof HostError ? asProblem(error) : error
    }
  }

const asProblem = (error: HostError): Problem =>
  new Problem(error.code === 'deadline' ? 'timeout' : 'unavailable', error.message, {
    ...error.details,
    ...(error.code === 'deadline' ? {} : { unreachable: true }),
    ...(error.code === 'deadline' || error.code === 'lost' ? {} : { unsent: true }),
  })
