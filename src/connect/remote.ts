import type { Paths } from '../workspace/paths.ts'
import type { Connection } from './connect.ts'

/** Opens the workspace of another machine, at an address as `--remote` takes it. */
export const openRemote = async (address: string, paths: Paths): Promise<Connection> => {
  if (address.startsWith('ssh://')) {
    const [{ connectOverSsh }, { readConfig }] = await Promise.all([
      import('./over-ssh.ts'),
      import('../workspace/config.ts'),
    ])
    return connectOverSsh(address, readConfig(paths.configFile))
  }
  const { connectRemote } = await import('./connect.ts')
  return connectRemote(...remoteFrom(address))
}

/** An address given with `--remote`, or, where it says just `env`, the one existing clients use. */
const remoteFrom = (given: string): [string, string] => {
  const url = given === 'env' ? (process.env.ODYSSEUS_URL ?? '') : given
  return [url, process.env.ITHACA_TOKEN ?? process.env.ODYSSEUS_API_TOKEN ?? '']
}
