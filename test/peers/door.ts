// The program from its sources, for tests that need a process of its own and no build.
import { run } from '../../src/door.ts'
import { openFirst } from '../../views/shell/first-screen.ts'

process.exitCode = await run(process.argv.slice(2), {
  version: '0.0.0-test',
  script: import.meta.filename,
  screen: terminal => openFirst(terminal, '0.0.0-test'),
})
