import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Where the package `node` lies for a clone, and where for an installed Ithaca. */
const besides = (script: string): string[] => {
  const home = dirname(dirname(script))
  return [join(home, 'node_modules'), dirname(home)].map(folder => join(folder, 'node', 'bin', 'node'))
}

/** Started under a Node that is too old: the one that came with the project does it instead, or we say what to do. */
export const runNewer = async (script: string): Promise<void> => {
  const beside = besides(script).find(existsSync)
  if (!beside) {
    process.stderr.write(
      `ithaca: this is Node ${process.versions.node}; Ithaca needs Node 22 or newer. Install it, or put it beside Ithaca with: npm install -g node@22\n`,
    )
    process.exitCode = 1
    return
  }
  const child = spawn(beside, [script, ...process.argv.slice(2)], { stdio: 'inherit' })
  // A terminal tells both of Ctrl-C itself; whoever ends this process by its number means the other one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal))
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  if (signal) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }
  process.exitCode = code ?? 1
}
