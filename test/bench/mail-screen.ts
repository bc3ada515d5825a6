import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '../../src/client/client.ts'
import { overHttp } from '../../src/connect/over-http.ts'
import { mailAccounts } from '../../src/contract/mail-accounts.ts'
import { findPaths } from '../../src/workspace/paths.ts'
import { dovecotMissing, startDovecot } from '../peers/dovecot.ts'
import { until } from '../peers/post.ts'
import { Pty } from '../peers/terminal.ts'
import { fillMaildir } from './parts/maildir.ts'
import { root } from './parts/processes.ts'
import type { Print } from './run.ts'

export const name = 'mail on the screen'

const MANY = 50_000
const IDLE = 150

/** Keys in the list of an inbox while its fifty thousand headers are read for the first time, and when nothing goes on. */
export const run = async (print: Print): Promise<void> => {
  const missing = dovecotMissing()
  if (missing) {
    process.stdout.write(`  left out: ${missing}\n`)
    return
  }
  const home = mkdtempSync(join(tmpdir(), 'ithaca-mail-screen-'))
  const imap = await startDovecot()
  fillMaildir(imap.maildir('ann'), MANY)
  const own = { ITHACA_HOME: join(home, 'ithaca'), HOME: home }
  const away = { TMUX: undefined, SSH_CONNECTION: undefined, SSH_TTY: undefined, SSH_CLIENT: undefined }
  const pty = new Pty(process.execPath, [join(root, 'dist/main.js')], {
    ...{ cols: 80, rows: 24, patience: 60_000 },
    env: { ...away, ...own },
  })
  try {
    await pty.until('Welcome to Ithaca')
    pty.send('\x1b')
    await pty.until(screen => !screen.text().includes('Welcome to Ithaca'))
    await pty.until('api :')
    const { url, key } = JSON.parse(readFileSync(findPaths(own).instance, 'utf8'))
    const client = createClient(overHttp(url, key))
    const syncing = async () => {
      const { items } = await client.call(mailAccounts.list, {})
      return items[0]?.state !== 'live' || items[0].syncing !== null
    }
    await client.call(mailAccounts.add, {
      ...{ address: 'ann@example.org', user: 'ann', password: 'secret', smtp_host: '127.0.0.1' },
      ...{ smtp_port: 9, smtp_security: 'none', imap_host: '127.0.0.1', imap_port: imap.port },
      imap_security: 'none',
    })
    await toMail(pty)
    await pty.until(/^> /m)
    let over = false
    const watched = until('the end of the sync', async () => !(await syncing()), 300_000).then(() => {
      over = true
    })
    const busy = await keys(pty, () => over)
    await watched
    // What is fetched ahead, and what was written, comes to rest.
    await new Promise(resolve => setTimeout(resolve, 5000))
    const idle = await keys(pty, took => took === IDLE)
    for (const share of [0.5, 0.99])
      print({
        what: `key to frame while ${MANY.toLocaleString('en')} headers are read, p${share * 100}`,
        ...{ value: quantile(busy, share), unit: 'ms' },
        ...(share === 0.99 ? { limit: 33 } : {}),
        ...{ beside: 'when nothing goes on', beside_value: quantile(idle, share) },
      })
    print({ what: 'keys that were pressed meanwhile', value: busy.length, unit: 'keys' })
  } finally {
    process.kill(pty.pty.pid, 'SIGTERM')
    await pty.end()
    pty.screen.dispose()
    await imap[Symbol.asyncDispose]()
    rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
  }
}

/** By its place among the tabs, whatever its number is. */
const toMail = async (pty: Pty): Promise<void> => {
  const [, number] = /(\d) ?Mai/.exec(pty.screen.text()) ?? []
  if (number === undefined) throw new Error(`No tab for mail:\n${pty.screen.text()}`)
  pty.send(number)
  await pty.until(`[${number} Mai`)
}

const selected = (pty: Pty): number => pty.screen.rows().findIndex(row => row.startsWith('> '))

/** Down and up again, each key after an uneven rest: how long until the selection stood elsewhere. */
const keys = async (pty: Pty, enough: (took: number) => boolean): Promise<number[]> => {
  const took: number[] = []
  for (let turn = 0; !enough(took.length); turn++) {
    await new Promise(resolve => setTimeout(resolve, 15 + ((turn * 37) % 40)))
    const before = selected(pty)
    const began = performance.now()
    pty.send(turn % 2 === 0 ? 'j' : 'k')
    await pty.until(() => selected(pty) >= 0 && selected(pty) !== before, 'the selection elsewhere')
    took.push(performance.now() - began)
  }
  return took
}

const quantile = (values: readonly number[], share: number): number =>
  values.toSorted((one, other) => one - other)[Math.max(0, Math.ceil(values.length * share) - 1)]!
