import { fileURLToPath } from 'node:url'

declare const ITHACA_VERSION: string

/** Picks a door. Whatever is not needed for that is loaded by the door itself. */
const [command] = process.argv.slice(2)
const script = fileURLToPath(import.meta.url)
if (Number(process.versions.node.split('.')[0]) < 22) await (await import('./old-node.ts')).runNewer(script)
else if (command === '--version' || command === '-V') process.stdout.write(`${ITHACA_VERSION}\n`)
else {
  const { keepCompiled } = await import('./compiled.ts')
  keepCompiled()
  const { run } = await import('./door.ts')
  process.exitCode = await run(process.argv.slice(2), ITHACA_VERSION, script)
  // A terminal that went away can leave a handle behind that never closes; everything is done and written by now.
  setTimeout(() => process.exit(), 1000).unref()
}
