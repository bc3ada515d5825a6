import type { Serve } from '../../../src/contract/serve.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { age, bytes, day } from '../words.ts'
import { gpuList, stateWords } from './rows.ts'

export interface Said {
  label: string
  text: string
}

/** Labels at the left, what they say wrapped at the right; what says nothing is left out. */
export function saidRows(said: readonly Said[], width: number): string[] {
  const indent = Math.min(12, Math.floor(width / 3))
  return said
    .filter(({ text }) => text !== '')
    .flatMap(({ label, text }) =>
      wrapText(sanitiseText(text), Math.max(8, width - indent)).map(
        (row, i) => toned((i === 0 ? label : '').padEnd(indent).slice(0, indent), 'quiet') + row,
      ),
    )
}

/** Everything known of a serve. */
export function serveRows(serve: Serve, width: number, now: number): string[] {
  const { metrics } = serve
  return saidRows(
    [
      { label: 'name', text: serve.name },
      { label: 'state', text: stateWords(serve, now).replace(/\x1b\[[\d;]*m/g, '') },
      { label: 'reason', text: serve.reason ?? '' },
      { label: 'cause', text: serve.cause ?? '' },
      { label: 'root line', text: serve.root_line ?? '' },
      { label: 'host', text: serve.host_name },
      { label: 'address', text: serve.port === null ? '' : `${serve.host_name}:${serve.port}` },
      { label: 'engine', text: serve.engine ?? '' },
      { label: 'model', text: serve.model ?? '' },
      { label: 'gpus', text: gpuList(serve.gpus) },
      { label: 'vram', text: serve.vram_mib === null ? '' : `${(serve.vram_mib / 1024).toFixed(1)} GiB` },
      { label: 'pid', text: serve.pid === null ? '' : String(serve.pid) },
      { label: 'exit', text: serve.signal ?? (serve.exit_code === null ? '' : String(serve.exit_code)) },
      { label: 'owner', text: serve.mine ? 'me' : (serve.operator ?? '') },
      { label: 'asked by', text: serve.actor ?? '' },
      { label: 'origin', text: serve.origin },
      { label: 'launched', text: day(serve.launched_at) },
      {
        label: 'ready',
        text:
          serve.ready_at === null
            ? ''
            : `${day(serve.ready_at)}, after ${age(serve.ready_at - serve.launched_at)}`,
      },
      { label: 'ended', text: serve.ended_at === null ? '' : day(serve.ended_at) },
      { label: 'attempt', text: `${serve.attempt} of ${serve.lineage}` },
      { label: 'restarts', text: serve.restart ?? '' },
      { label: 'stops at', text: serve.stop_at === null ? '' : day(serve.stop_at) },
      { label: 'log', text: serve.log_bytes === null ? '' : bytes(serve.log_bytes) },
      {
        label: 'load',
        text: metrics
          ? `${metrics.running ?? '?'} running, ${metrics.waiting ?? '?'} waiting, ${metrics.tokens_per_second ?? '?'} tok/s`
          : '',
      },
      ...serve.warnings.map(text => ({ label: 'warning', text })),
      { label: 'id', text: serve.id },
      { label: 'command', text: serve.cmd },
    ],
    width,
  )
}
