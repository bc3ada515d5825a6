declare const ITHACA_VERSION: string

/** Answers what needs nothing, and has the rest compiled no oftener than needed. CommonJS, which Node has running soonest. */
const main = async (argv: readonly string[]): Promise<void> => {
  const [command] = argv
  if (Number(process.versions.node.split('.')[0]) < 22)
    return (await import('./old-node.ts')).runNewer(__filename)
  if (command === '--version' || command === '-V') {
    process.stdout.write(`${ITHACA_VERSION}\n`)
    return
  }
  const { keepCompiled } = require('./compiled.ts') as typeof import('./compiled.ts')
  keepCompiled(false)
  const { enter } = require('./enter.ts') as typeof import('./enter.ts')
  await enter(argv, ITHACA_VERSION, __filename)
}

void main(process.argv.slice(2))
