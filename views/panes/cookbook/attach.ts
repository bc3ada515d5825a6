import { cookbook } from '../../../src/contract/cookbook.ts'
import { type Host, hosts } from '../../../src/contract/hosts.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import type { Terminal } from '../../../src/contract/terminal.ts'
import type { Shell } from '../../shell/shell.ts'

/** Why there is nothing to attach to; undefined where there may be. */
export const noTerminal = (serve: Serve): string | undefined =>
  serve.origin === 'seen' ? 'it runs in no tmux session' : undefined

/** Its tmux session on this screen, wherever it runs; its own status line says how to leave. */
export function attach(shell: Shell, serve: Serve): Promise<void> {
  const { shape } = shell.host
  return borrow(
    shell,
    serve.name,
    () => shell.client.duplex(cookbook.terminal, { id: serve.id, ...shape }),
    code => code !== 0,
  )
}

/** A shell on the host; leaving it comes back. */
export function openShell(shell: Shell, host: Host): Promise<void> {
  const { shape } = shell.host
  return borrow(
    shell,
    host.name,
    () => shell.client.duplex(hosts.terminal, { id: host.id, ...shape }),
    // Others are what the last command there ended with.
    code => code === 126 || code === 127,
  )
}

async function borrow(
  shell: Shell,
  name: string,
  open: () => Promise<Terminal>,
  failed: (code: number | null) => boolean,
): Promise<void> {
  const opened = open()
  const far = await shell.toOpen(opened).catch(async error => {
    // It came too late to be looked at.
    ;(await opened).close()
    throw error
  })
  const { code, reason, said } = await shell.host.attach(far)
  if (reason !== null) shell.toast('warn', `${name}: ${reason}`)
  // Nobody had the time to read what ended it at once.
  else if (failed(code)) shell.toast('warn', `${name}: ${said === '' ? `it ended with ${code}` : said}`)
}
