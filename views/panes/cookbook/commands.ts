import { type Host, hosts, type Ran } from '../../../src/contract/hosts.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import type { Choice } from '../../shell/overlays/menu.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseBlock, sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { clock } from '../words.ts'
import { byHand } from './by-hand.ts'

/** The line that says most of a script: its call of tmux, or the first that does something. */
export function gist(text: string): string {
  const lines = text.split('\n').map(line => line.trim())
  const signal = /^ithaca_signal (\w+)$/m.exec(text)?.[1]
  if (signal !== undefined)
    return sanitiseText(`kill -${signal} to all of ${/^ithaca_dir=\$ithaca_root\/(\S+)$/m.exec(text)?.[1]}`)
  const calls = lines.filter(line => /\btmux -u -S /.test(line))
  const tmux = calls.find(line => line.includes(' new-session -d ')) ?? calls[0]
  const said =
    tmux === undefined
      ? (lines.find(line => !/^([(){}]|umask |set |exec <|ithaca_\w+=|\w+\(\)|$)/.test(line)) ?? text)
      : tmux.slice(tmux.search(/\btmux -u -S /))
  // Which server and which settings are in the whole of it; here it is about what is done.
  return sanitiseText(said.replace(/^tmux -u -S ('[^']*'|\S+)( -f ("[^"]*"|\S+))?/, 'tmux'))
}

/** What a launch, a stop or a removal does there, and a look at a host does not. */
const DEEDS =
  /\bithaca_lock\b|\bnew-session -d\b|\bithaca_signal (INT|TERM|KILL)\b|\bkill -[A-Z]+ "\$ithaca_p"/

const isLook = ({ what, text }: Ran): boolean =>
  what !== 'terminal' && what !== 'connect' && !DEEDS.test(text)

function outcome({ code, error, ms }: Ran): string {
  if (error !== null) return `failed: ${error}`
  const took = ms === null ? 'still running' : `${ms} ms`
  return code === null ? took : `exit ${code}, ${took}`
}

/** What ran on a host and to reach it, each to be read whole; and how to do the same without us. */
export async function showCommands(shell: Shell, host: Host, serve: Serve | null): Promise<void> {
  const { items } = await shell.toOpen(shell.client.call(hosts.commands, { id: host.id }))
  const own: Choice = {
    id: 'by-hand',
    title: 'by hand',
    note: 'what to type for the same without Ithaca',
    run: () => showByHand(shell, host, serve),
  }
  const choice = (one: Ran, n: number): Choice => {
    const failed = one.error === null && (one.code ?? 0) === 0 ? '' : '! '
    return {
      id: String(n),
      title: `${clock(one.at)} ${one.what}${one.times > 1 ? ` x${one.times}` : ''}`,
      note: `${failed}${gist(one.text)}`,
      stays: true,
      run: () => showRan(shell, host, one),
    }
  }
  const looks = items.filter(isLook)
  const probes: Choice = {
    id: 'looks',
    title: 'looks',
    note: `${looks.length} questions about how it is, which change nothing`,
    run: () => shell.menu(`What looks after ${sanitiseText(host.name)}`, looks.map(choice)),
  }
  shell.menu(`What ran on ${sanitiseText(host.name)}, the newest first`, [
    own,
    ...items.filter(one => !isLook(one)).map(choice),
    ...(looks.length > 0 ? [probes] : []),
  ])
}

function showRan(shell: Shell, host: Host, one: Ran): void {
  const often = one.times > 1 ? `, ${one.times} times, last` : ''
  const head = `${one.what} on ${host.name}${often} at ${clock(one.at)}: ${outcome(one)}`
  shell.show(
    `What ran at ${clock(one.at)}`,
    width => [
      ...wrapText(sanitiseText(head), width).map(row => toned(row, 'quiet')),
      '',
      ...sanitiseBlock(one.text).flatMap(line => wrapText(line, width)),
    ],
    undefined,
    {
      said: 'y copies it  P shows it plain  Esc closes',
      keys: {
        y: () => shell.copy(one.text, 'what ran'),
        P: () => void shell.host.plain(sanitiseBlock(one.text)),
      },
    },
  )
}

/** Lines to paste are broken to be read here; whole they are copied, or shown without a frame. */
function showByHand(shell: Shell, host: Host, serve: Serve | null): void {
  const lines = byHand(shell, host, serve)
  const copies = lines.map(
    ({ what, line }, n): Choice => ({
      id: String(n),
      title: sanitiseText(what),
      note: sanitiseText(line),
      run: () => shell.copy(line, `the line for: ${what}`),
    }),
  )
  const plain = lines.flatMap(({ what, line }) => [`# ${sanitiseText(what)}`, sanitiseText(line), ''])
  shell.show(
    'By hand, without this screen',
    width =>
      lines.flatMap(({ what, line }) => [
        toned(sanitiseText(what), 'quiet'),
        ...wrapText(sanitiseText(line), width - 2).map(row => `  ${row}`),
      ]),
    undefined,
    {
      said: 'to paste: y copies a line whole, P shows them plain',
      keys: {
        y: () => shell.menu('Copy a line', copies),
        P: () => void shell.host.plain(plain),
      },
    },
  )
}
