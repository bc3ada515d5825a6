// Owns the workspace of ITHACA_HOME until it is ended, and says where it listens: a process that tests may kill.
import { connect } from '../../src/connect/connect.ts'
import { findPaths } from '../../src/workspace/paths.ts'

const connection = await connect({
  paths: findPaths(),
  version: '0.0.0-test',
  listen: { port: 0, mode: 'daemon' },
})
const { url, operatorKey } = connection.inside!.workspace
process.stdout.write(`${JSON.stringify({ url, key: operatorKey })}\n`)
