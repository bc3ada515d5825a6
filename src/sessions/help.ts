import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type { Host } from '../hosts/host.ts'
import { FUNCTIONS, sessionScript } from './runner.ts'
import type { Spec } from './session.ts'
import { shellWord, type Word } from './word.ts'

const MOST = 2_000_000

/** What a program says of its own flags, in the environment a session would run in; empty where it says nothing. */
export async function helpOf(
  host: Host,
  spec: Spec,
  argv: readonly Word[],
  deadline = 60_000,
): Promise<string> {
  const mark = randomBytes(8).toString('hex')
  const given = AbortSignal.timeout(deadline)
  const shell = await host.stream(
    `(
exec </dev/null 2>/dev/null
${FUNCTIONS}
${sessionScript(spec)}
ithaca_paths
ithaca_enter
set -- ${argv.map(shellWord).join(' ')}
printf '%s\\n' ${mark}
CUDA_VISIBLE_DEVICES= "$@" | head -c ${MOST}
)`,
    { signal: given },
  )
  shell.stderr.resume()
  const said = await text(shell.stdout)
  return said.slice(said.indexOf(mark) + mark.length + 1)
}
