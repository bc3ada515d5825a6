import type { Command } from 'commander'
import { hosts, type ProbeStep } from '../contract/hosts.ts'
import { EXIT } from './exit.ts'
import type { Around } from './program.ts'
import { clean } from './table.ts'
import { group } from './workspace.ts'

/** What takes its time is told as it happens. */
export const addHosts = (program: Command, around: Around): void => {
  group(program, 'hosts')
    .command('test [id]')
    .description('Tries everything step by step, and says what to do about what does not work')
    .action(async (id: string | undefined) => {
      const client = await around.client()
      const response = await client.stream(hosts.test, { id: id ?? 'local' })
      let failed = false
      for await (const step of stepsOf(response)) {
        failed ||= step.ok === false
        if (around.json()) around.print(JSON.stringify(step))
        else around.print(told(step))
      }
      if (failed) process.exitCode = EXIT.failed
    })
}

const MARKS = { true: 'ok  ', false: 'FAIL', warn: 'warn', skip: '-   ' }

const told = ({ ok, title, detail, advice }: ProbeStep): string =>
  [
    `${MARKS[String(ok) as keyof typeof MARKS]}  ${clean(title)}: ${clean(detail)}`,
    ...(advice && ok !== true ? [`      ${clean(advice)}`] : []),
  ].join('\n')

async function* stepsOf(response: Response): AsyncGenerator<ProbeStep> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const bytes of response.body ?? []) {
    const lines = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n')
    rest = lines.pop()!
    for (const line of lines) if (line !== '') yield JSON.parse(line) as ProbeStep
  }
}
