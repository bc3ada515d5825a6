// Stands for a screen: owns the workspace in its own process, and stays a client when a daemon takes it over.
import { createClient } from '../../src/client/client.ts'
import { connectLasting } from '../../src/connect/lasting.ts'
import { workspace } from '../../src/contract/workspace.ts'
import { findPaths } from '../../src/workspace/paths.ts'

const lasting = await connectLasting({
  paths: findPaths(),
  version: '0.0.0-test',
  listen: { mode: 'inside' },
})
const client = createClient(lasting.carry)
const tell = async (): Promise<void> => {
  if (lasting.lost) {
    process.stdout.write(`lost\n`)
    return
  }
  const status = await client.call(workspace.status, {})
  process.stdout.write(`${lasting.current.mode} of ${status.mode} ${status.url} pid ${status.pid}\n`)
}
lasting.onChange(() => void tell())
await tell()
process.once('SIGTERM', () => void lasting.close().then(() => process.exit(0)))
process.stdin.on('data', () => void tell().catch(() => undefined))
