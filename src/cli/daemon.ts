import type { Command } from 'commander'
import { Problem } from '../contract/problem.ts'
import type { Surroundings } from './derive.ts'

/** What the command line needs to know of a workspace that is open somewhere. */
export interface Running {
  pid: number
  url: string
  mode: 'inside' | 'daemon'
  started_at: number
}

/** Starting and ending, done by whoever may join the two wings. */
export interface Daemon {
  stay(how: { port?: number; host?: string }): Promise<{ url: string; ended: Promise<void> }>
  detach(how: { port?: number; host?: string }): Promise<Running>
  end(): Promise<Running | null>
}

export const addDaemon = (program: Command, around: Surroundings, daemon: Daemon): void => {
  program
    .command('up')
    .description('Opens the workspace and its API, and stays')
    .option('--detach', 'in the background')
    .option('--port <port>', 'instead of the one chosen at the first start')
    .option('--host <address>', 'instead of 127.0.0.1; bearer tokens then travel in clear')
    .action(async (options: { detach?: boolean; port?: string; host?: string }) => {
      const how = { port: portOf(options.port), host: options.host }
      if (options.detach) {
        const running = await daemon.detach(how)
        around.print(
          around.json()
            ? JSON.stringify(shown(running))
            : `Ithaca is up: ${running.url} (pid ${running.pid}).`,
        )
        return
      }
      const { url, ended } = await daemon.stay(how)
      around.print(
        around.json() ? JSON.stringify({ url, pid: process.pid }) : `Ithaca is up: ${url}. Ctrl-C ends it.`,
      )
      await ended
    })
  program
    .command('down')
    .description('Ends the workspace that is open, wherever it is')
    .action(async () => {
      const ended = await daemon.end()
      around.print(
        around.json()
          ? JSON.stringify({ ended: ended && shown(ended) })
          : ended
            ? `Ended (pid ${ended.pid}).`
            : 'Nothing was up.',
      )
    })
}

/** What is known of an owner holds its key, too, which is nobody's to print. */
const shown = ({ pid, url, mode, started_at }: Running): Running => ({ pid, url, mode, started_at })

const portOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Problem('invalid', `'${text}' is not a port: a number up to 65535.`)
  return Number(text)
}
