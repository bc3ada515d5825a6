import type { Host } from '../../../src/contract/hosts.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import type { Shell } from '../../shell/shell.ts'

/** A shell on the host, or a command there with a terminal. */
export function onHost(shell: Shell, host: Host, command?: string): string[] {
  if (host.target === '')
    return command === undefined ? [process.env.SHELL || '/bin/sh'] : ['/bin/sh', '-c', command]
  const port = host.port === null ? [] : ['-p', String(host.port)]
  const ssh = [...shell.host.ssh, '-t', ...port, '--', host.target]
  return command === undefined ? ssh : [...ssh, command]
}

/** Attaches to the session of a serve; its own status line says how to leave. */
export function attachCommand(shell: Shell, host: Host, serve: Serve): string[] {
  const socket = host.target === '' ? quote(shell.host.tmuxSocket) : '/tmp/ithaca-$(id -u)/tmux'
  return onHost(shell, host, `env -u TMUX tmux -u -S ${socket} attach -t ${quote(`=${serve.id}`)}`)
}

const quote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`

export const asLine = (argv: readonly string[]): string =>
  argv.map(word => (/^[\w@%+=:,./-]+$/.test(word) ? word : quote(word))).join(' ')

/** Attaches to it from where this screen is: the tmux of another machine's workspace is on that machine. */
export const attachLine = (shell: Shell, host: Host, serve: Serve): string =>
  isElsewhere(shell) ? `${shell.host.ithaca} attach ${serve.id}` : asLine(attachCommand(shell, host, serve))

const isElsewhere = ({ live }: Shell): boolean => live.link?.mode === 'remote'

/** What this screen does with a host or a serve, as a person would type it. */
export function byHand(shell: Shell, host: Host, serve: Serve | null): { what: string; line: string }[] {
  const { ithaca } = shell.host
  const far = isElsewhere(shell)
  const shellThere = {
    what: `A shell on ${host.name}`,
    line: far ? `${ithaca} hosts shell ${asLine([host.name])}` : asLine(onHost(shell, host)),
  }
  if (!serve)
    return [shellThere, { what: 'What works there', line: `${ithaca} hosts test ${asLine([host.name])}` }]
  const ours = serve.origin === 'launched'
  return [
    { what: 'What was launched', line: serve.cmd },
    ...(ours
      ? [
          { what: 'Its tmux session; C-] d leaves it', line: `${ithaca} attach ${serve.id}` },
          ...(far
            ? []
            : [{ what: 'The same with tmux alone', line: asLine(attachCommand(shell, host, serve)) }]),
        ]
      : []),
    { what: 'Its log', line: `${ithaca} cookbook logs ${serve.id} -f` },
    { what: 'Why it died', line: `${ithaca} cookbook why ${serve.id}` },
    ...(ours ? [{ what: 'Once more', line: `${ithaca} cookbook relaunch ${serve.id}` }] : []),
    {
      what: 'Its end',
      line: `${ithaca} cookbook stop ${serve.id}${ours && serve.mine ? '' : ` --confirm ${quote(serve.name)}`}`,
    },
    shellThere,
  ]
}
