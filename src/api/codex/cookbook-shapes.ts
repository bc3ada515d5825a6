import type { Serve, ServeState } from '../../contract/serve.ts'
import type { Place } from '../../cookbook/machines.ts'
import type { Known } from '../../cookbook/serves.ts'
import { clean, foldReturns } from '../../logs/text.ts'
import { maskText } from '../mask.ts'

/** Our states in the words that existing clients know; `state` beside them says it exactly. */
const STATUS: Record<ServeState, string> = {
  queued: 'queued',
  launching: 'running',
  loading: 'running',
  ready: 'ready',
  unhealthy: 'running',
  stopping: 'running',
  stopped: 'stopped',
  exited: 'done',
  crashed: 'crashed',
  lost: 'error',
}
const TYPES: Partial<Record<Serve['kind'], string>> = {
  download: 'download',
  install: 'download',
  copy: 'download',
}
const LAST_WORDS = 1500

/** A host as it stands in answers: what ssh is told, or `local`. */
export const hostText = (place: Place): string => (place.id === 'local' ? 'local' : place.settings.target)

export const asTask = (one: Known, serve: Serve, place: Place | undefined): Record<string, unknown> => {
  const remote = !place || place.id === 'local' ? '' : place.settings.target
  const port = place?.settings.port ?? null
  const repo = serve.model ?? serve.name
  return {
    id: serve.id,
    sessionId: serve.id,
    name: serve.name,
    modelId: serve.model,
    repo_id: repo,
    type: TYPES[serve.kind] ?? 'serve',
    status: STATUS[serve.state],
    state: serve.state,
    progress: progressOf(serve),
    output: lastWords(one),
    ts: serve.launched_at,
    payload: {
      repo_id: repo,
      remote_host: remote,
      _cmd: serve.cmd,
      port: serve.port,
      _gpus: serve.gpus.join(','),
      ...(port === null ? {} : { ssh_port: String(port) }),
      ...(serve.kind === 'install' ? { _dep: true } : {}),
    },
    remoteHost: remote,
    sshPort: port === null ? '' : String(port),
    platform: 'linux',
    remoteServerKey: serve.host,
    remoteServerName: serve.host_name,
    exit_code: serve.exit_code,
    completedAt: serve.ended_at,
    _serveReady: serve.state === 'ready',
    _adoptedExternally: serve.origin !== 'launched',
    _scheduledStopAtMs: serve.stop_at,
    signal: serve.signal,
    reason: serve.reason,
    cause: serve.cause,
    root_line: serve.root_line,
    engine: serve.engine,
    gpus: serve.gpus,
    port: serve.port,
    pid: serve.pid,
    phase: serve.phase,
    percent: serve.percent,
    metrics: serve.metrics,
    vram_mib: serve.vram_mib,
    origin: serve.origin,
    operator: serve.operator,
    mine: serve.mine,
    actor: serve.actor,
    lineage: serve.lineage,
    attempt: serve.attempt,
    seen_at: serve.seen_at,
    unreachable_since: place?.host.reach.state === 'unreachable' ? place.host.reach.since : null,
    warnings: serve.warnings,
  }
}

const progressOf = ({ state, phase, percent, reason, cause }: Serve): string => {
  if (cause) return cause
  if (reason) return reason
  if (phase === null) return state
  return percent === null ? phase : `${phase} ${percent}%`
}

const lastWords = ({ sight }: Known): string => {
  const tail = sight.session?.tail
  if (!tail || tail.length === 0) return ''
  return maskText(clean(foldReturns(tail.toString('utf8')), { colours: false })).slice(-LAST_WORDS)
}

/** Exactly these seven, null where nothing is set. */
export const asServer = (place: Place): Record<string, unknown> => {
  const { settings } = place
  return {
    name: place.name,
    host: place.id === 'local' ? '' : settings.target,
    port: settings.port === null ? null : String(settings.port),
    env: settings.env,
    envPath: settings.env_path,
    platform: 'linux',
    modelDirs: settings.model_dirs,
  }
}
