import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Started under a Node that is too old: the one that came with the project does it instead, or we say what to do. */
export const runNewer = async (script: string): Promise<void> => {
  const beside = join(dirname(dirname(script)), 'node_modules', 'node', 'bin', 'node')
  if (!existsSync(beside)) {
    process.stderr.write(
      `ithaca: this is Node ${process.versions.node}; Ithaca needs Node 22 or newer. Install it, then start again.\n`,
    )
    process.exitCode = 1
    return
  }
  const done = spawnSync(beside, [script, ...process.argv.slice(2)], { stdio: 'inherit' })
  if (done.signal) process.kill(process.pid, done.signal)
  process.exitCode = done.status ?? 1
}
