import type { Serve } from '../../../src/contract/serve.ts'
import { factRows } from '../facts.ts'
import { age, bytes, day } from '../words.ts'
import { gpuList, stateWords } from './rows.ts'

/** Everything known of a serve. */
export function serveRows(serve: Serve, width: number, now: number): string[] {
  const { metrics } = serve
  return factRows(
    [
      ['name', serve.name],
      ['state', stateWords(serve, now).replace(/\x1b\[[\d;]*m/g, '')],
      ['reason', serve.reason ?? ''],
      ['cause', serve.cause ?? ''],
      ['root line', serve.root_line ?? ''],
      ['host', serve.host_name],
      ['address', serve.port === null ? '' : `${serve.host_name}:${serve.port}`],
      ['engine', serve.engine ?? ''],
      ['model', serve.model ?? ''],
      ['gpus', gpuList(serve.gpus)],
      ['vram', serve.vram_mib === null ? '' : `${(serve.vram_mib / 1024).toFixed(1)} GiB`],
      ['pid', serve.pid === null ? '' : String(serve.pid)],
      ['exit', serve.signal ?? (serve.exit_code === null ? '' : String(serve.exit_code))],
      ['owner', serve.mine ? 'me' : (serve.operator ?? '')],
      ['asked by', serve.actor ?? ''],
      ['origin', serve.origin],
      ['launched', day(serve.launched_at)],
      [
        'ready',
        serve.ready_at === null
          ? ''
          : `${day(serve.ready_at)}, after ${age(serve.ready_at - serve.launched_at)}`,
      ],
      ['ended', serve.ended_at === null ? '' : day(serve.ended_at)],
      ['attempt', `${serve.attempt} of ${serve.lineage}`],
      ['restarts', serve.restart ?? ''],
      ['stops at', serve.stop_at === null ? '' : day(serve.stop_at)],
      [
        'log',
        [serve.log_bytes === null ? '' : bytes(serve.log_bytes), serve.log_path ?? '']
          .filter(Boolean)
          .join('  '),
      ],
      [
        'load',
        metrics
          ? `${metrics.running ?? '?'} running, ${metrics.waiting ?? '?'} waiting, ${metrics.tokens_per_second ?? '?'} tok/s`
          : '',
      ],
      ...serve.warnings.map(words => ['warning', words] as const),
      ['id', serve.id],
      ['command', serve.cmd],
    ],
    width,
  )
}
