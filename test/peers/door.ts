// The program from its sources, for tests that need a process of its own and no build.
import { run } from '../../src/door.ts'

process.exitCode = await run(process.argv.slice(2), '0.0.0-test', import.meta.filename)
