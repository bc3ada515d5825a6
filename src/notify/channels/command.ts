import { spawn } from 'node:child_process'
import type { ChannelDoor, Sent } from '../channel.ts'

const DEADLINE = 30_000

/** A command of the user's: the message as JSON on its standard input, and in its environment. */
export const commandChannel = (command: () => string[] | undefined): ChannelDoor => ({
  name: 'command',
  ready: () => (command() ? null : 'notify.command is not set: notify.command = ["notify-send", "Ithaca"]'),
  send: (message, signal) =>
    new Promise<Sent>(resolve => {
      const [program, ...args] = command() as [string, ...string[]]
      const child = spawn(program, args, {
        stdio: ['pipe', 'ignore', 'pipe'],
        timeout: DEADLINE,
        signal,
        env: {
          ...process.env,
          ITHACA_TITLE: message.title,
          ITHACA_BODY: message.body,
          ITHACA_KIND: message.kind,
          ITHACA_LATE: message.late ? '1' : '',
        },
      })
      let said = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(0, 500)
      })
      child.stdin.on('error', () => undefined)
      child.stdin.end(`${JSON.stringify(message)}\n`)
      child.once('error', error => resolve({ ok: false, sure: true, reason: `${program}: ${error.message}` }))
      child.once('close', (code, killed) => {
        if (code === 0) resolve({ ok: true })
        else if (killed) resolve({ ok: false, sure: false, reason: `${program} was ended by ${killed}` })
        else
          resolve({
            ok: false,
            sure: true,
            reason: `${program} ended with ${code}${said ? `: ${said.trim()}` : ''}`,
          })
      })
    }),
})
