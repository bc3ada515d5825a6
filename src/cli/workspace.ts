import { resolve } from 'node:path'
import type { Command } from 'commander'
import { access } from '../contract/access.ts'
import { Problem } from '../contract/problem.ts'
import { type Status, workspace } from '../contract/workspace.ts'
import { EXIT, exitFor } from './exit.ts'
import type { Around } from './program.ts'
import { card } from './table.ts'

const configLine = ({ config_problem, config_waiting }: Status): { config?: string } =>
  config_problem !== null
    ? { config: `not as its file says: ${config_problem}` }
    : config_waiting.length > 0
      ? { config: `${config_waiting.join(', ')}: in effect at the next start` }
      : {}

/** What concerns the workspace as a whole, whoever has it open. */
export const addWorkspace = (program: Command, around: Around): void => {
  program
    .command('status')
    .description('Where the workspace is, who has it open, what waits')
    .action(async () => {
      const { client } = await around.door()
      const status = await client.call(workspace.status, {})
      if (around.json()) return around.print(JSON.stringify(status, null, 2))
      around.print(
        card({
          ithaca: `${status.version}, ${status.mode === 'command' ? 'not up' : `up as ${status.mode}, pid ${status.pid}`}`,
          api: status.url || "nobody listens; 'ithaca up' does",
          workspace: status.home,
          timezone: status.timezone_set
            ? status.timezone
            : `${status.timezone} (the system's; set yours with 'ithaca config set owner.timezone Europe/Berlin')`,
          ...configLine(status),
          approvals:
            status.pending_approvals > 0
              ? `${status.pending_approvals} waiting: ithaca approvals list`
              : 'none waiting',
          reminder: status.next_reminder
            ? `${new Date(status.next_reminder.at).toLocaleString('sv-SE', { timeZone: status.timezone }).slice(0, 16)}  ${status.next_reminder.title}`
            : 'none ahead',
        }),
      )
      if (status.mode === 'command') around.print(NEXT)
    })

  program
    .command('backup <file>')
    .description('Copies the database to a new file, while everything goes on')
    .option('--with-key', 'copies the key of sealed secrets, too, to FILE.key: who has both has the secrets')
    .action(async (file: string, { withKey }: { withKey?: boolean }) => {
      const { client } = await around.door()
      const made = await client.call(workspace.backup, { file: resolve(file), with_key: withKey ?? false })
      if (around.json()) return around.print(JSON.stringify(made))
      around.print(`${made.file}, ${made.bytes} bytes.`)
      if (made.key) around.print(`${made.key} opens the secrets in it: keep the two apart.`)
      if (made.needs_key)
        around.print(
          `Passwords and tokens in it are sealed: they open only with ${made.needs_key}, which is not in the copy (--with-key copies it).`,
        )
    })

  for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
    program
      .command(`${method} <path> [body]`)
      .description(`Sends any request: ithaca ${method} /api/v1/…; the body is JSON, or - for standard input`)
      .action((path: string, body: string | undefined) => send(around, method, path, body))

  const approvals = group(program, 'approvals')
  for (const [verb, allow] of [
    ['allow', true],
    ['deny', false],
  ] as const)
    approvals
      .command(`${verb} <id>`)
      .description(allow ? 'Says yes: the request runs as it was asked' : 'Says no')
      .option('--note <words>', 'told to who asked')
      .action(async (id: string, { note }: { note?: string }) => {
        const { client } = await around.door()
        const decided = await client.call(access.decide, {
          id,
          allow,
          ...(note === undefined ? {} : { note }),
        })
        if (around.json()) return around.print(JSON.stringify(decided, null, 2))
        around.print(
          `${allow ? 'Allowed' : 'Denied'}: ${decided.reason}${decided.outcome ? `. It answered ${decided.outcome.status}.` : '.'}`,
        )
      })
}

const NEXT = `
What can be done next:
  ithaca todos add "Call Ann" --due "tomorrow 5pm"
  ithaca up --detach                    the API stays, for agents
  ithaca tokens create my-agent --scopes todos:read,todos:write
  ithaca --help`

const send = async (
  around: Around,
  method: string,
  path: string,
  body: string | undefined,
): Promise<void> => {
  if (!path.startsWith('/')) throw new Problem('invalid', `A path begins with '/': ${path}`)
  const { text } = await import('node:stream/consumers')
  const said = body === '-' ? await text(around.stdin) : body
  const { client } = await around.door()
  const response = await client.send(method, path, said)
  const { problemOf } = await import('../client/client.ts')
  if (!response.ok && !around.json()) throw await problemOf(response)
  const failed = response.ok ? null : await problemOf(response.clone())
  for await (const chunk of response.body ?? []) around.write(chunk as Uint8Array)
  around.print('')
  if (failed) process.exitCode = exitFor(failed)
  else if (response.status === 202 && response.headers.has('ithaca-approval')) process.exitCode = EXIT.timeout
}

export const group = (program: Command, name: string): Command =>
  program.commands.find(command => command.name() === name) ?? program.command(name)
