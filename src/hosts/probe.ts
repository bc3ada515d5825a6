import { connect } from 'node:net'
import { bad, gather, good, type ProbeStep, skipped, warn } from './facts.ts'
import { type Host, HostError } from './host.ts'
import { probeEngines } from './probe-engines.ts'
import { probeGpus } from './probe-gpus.ts'
import { probeMachine } from './probe-machine.ts'

export type { ProbeStep } from './facts.ts'

export interface ProbeOptions {
  /** How it is reached and why, as `Hosts.way` says. */
  way?: { kind: string; why: string }
  /** Directories whose disks are looked at, as words of the shell there. */
  disks?: readonly string[]
  /** Environments to look for engines in, beside those in the usual places. */
  environments?: readonly string[]
  /** The socket of the agent used to log in, where one is. */
  agentSocket?: string | null
  signal?: AbortSignal
}

const PARTS: {
  id: string
  title: string
  look: (host: Host, options: ProbeOptions) => AsyncGenerator<ProbeStep>
}[] = [
  { id: 'shell', title: 'POSIX shell and tmux', look: probeBasics },
  { id: 'forwarding', title: 'Port forwarding', look: probeForwarding },
  { id: 'gpus', title: 'GPUs', look: probeGpus },
  { id: 'machine', title: 'Limits and disks', look: probeMachine },
  { id: 'engines', title: 'Engines', look: probeEngines },
]

/** Looks at a host step by step; every step that fails says what to do about it. Ends early where nothing can follow. */
export async function* probeHost(host: Host, options: ProbeOptions = {}): AsyncGenerator<ProbeStep> {
  if (host.id !== 'local') yield await localAgent(options.agentSocket ?? null)
  const reached = await reach(host, options)
  yield* reached.steps
  if (!reached.ok) {
    for (const { id, title } of PARTS)
      yield skipped(id, title, 'not looked at: the machine did not let us in')
    return
  }
  for (const { id, title, look } of PARTS) {
    if (options.signal?.aborted) return
    try {
      yield* look(host, options)
    } catch (error) {
      // One tool that hangs must not hide what the others say.
      yield bad(
        id,
        title,
        (error as Error).message,
        'Try again; if it stays so, look at the load of the machine and at its mounts.',
      )
    }
  }
}

async function localAgent(socket: string | null): Promise<ProbeStep> {
  const [id, title] = ['agent', 'SSH agent here']
  if (!socket) return skipped(id, title, 'no agent is in use (SSH_AUTH_SOCK is not set)')
  const alive = await new Promise<boolean>(resolve => {
    const probe = connect(socket)
    const tell = (answer: boolean) => {
      probe.destroy()
      resolve(answer)
    }
    probe.once('connect', () => tell(true))
    probe.once('error', () => tell(false))
    probe.setTimeout(2000, () => tell(false))
  })
  return alive
    ? good(id, title, `answers at ${socket}`)
    : warn(
        id,
        title,
        `nothing answers at ${socket}: a stale socket`,
        'In a reattached tmux set SSH_AUTH_SOCK anew, or start an agent: eval "$(ssh-agent)"; ssh-add.',
      )
}

async function reach(
  host: Host,
  { way, signal }: ProbeOptions,
): Promise<{ ok: boolean; steps: ProbeStep[] }> {
  const how = way ? ` through ${way.kind} (${way.why})` : ''
  try {
    const start = performance.now()
    await host.ask(':', { deadline: 30_000, signal })
    const again = performance.now()
    await host.ask(':', { signal })
    const trip = `${(performance.now() - again).toFixed(1)} ms for a question, ${(again - start).toFixed(0)} ms for the first`
    return { ok: true, steps: [good('reach', 'Reach', `reached${how}`), good('login', 'Login', trip)] }
  } catch (error) {
    const failed = asHostError(error)
    const advice = adviceFor(failed, host.name)
    if (failed.code === 'unreachable' || failed.code === 'deadline')
      return {
        ok: false,
        steps: [
          bad('reach', 'Reach', `${failed.message}${way ? ` Tried${how}.` : ''}`, advice),
          skipped('login', 'Login', 'not tried'),
        ],
      }
    return {
      ok: false,
      steps: [
        good('reach', 'Reach', `something answers${how}`),
        bad('login', 'Login', failed.message, advice),
      ],
    }
  }
}

function adviceFor(error: HostError, name: string): string {
  switch (error.code) {
    case 'host_key_unknown':
      return `Where the machine says the same of itself: ithaca hosts trust ${name} ${error.details.fingerprint ?? 'SHA256:…'}`
    case 'host_key_changed':
      return 'Find out why the key changed before anything else; nothing is sent to that machine until then.'
    case 'auth':
      return 'Try the same with ssh -v; keys, user name and authorized_keys are the usual places.'
    case 'no_channel':
      return 'Look at the login shell and start-up files of the account, or at MaxSessions in sshd_config.'
    default:
      return 'Check name, port, network and VPN; ssh -v to the same target shows where it stops.'
  }
}

const TOOLS = ['dd', 'wc', 'cat', 'rm', 'mkdir', 'grep', 'ps', 'tail', 'kill', 'df']

async function* probeBasics(host: Host): AsyncGenerator<ProbeStep> {
  const found = await gather(host, {
    system: 'uname -srm',
    shell: 'echo "$SHELL"',
    missing: `for t in ${TOOLS.join(' ')}; do command -v "$t" >/dev/null || echo "$t"; done`,
    tmux: 'tmux -V || true',
  })
  const missing = found.missing.split('\n').filter(Boolean)
  const about = `${found.system}, login shell ${found.shell || 'unknown'}`
  yield missing.length === 0
    ? good('shell', 'POSIX shell', about)
    : bad(
        'shell',
        'POSIX shell',
        `${about}; missing: ${missing.join(', ')}`,
        `Install ${missing.join(', ')} (coreutils, grep, procps).`,
      )
  const version = /^tmux (\S+)/.exec(found.tmux)?.[1]
  yield version
    ? good('tmux', 'tmux', version)
    : bad(
        'tmux',
        'tmux',
        'tmux is not installed',
        'Install it: apt install tmux, dnf install tmux, brew install tmux or conda install -c conda-forge tmux.',
      )
}

/** A port nothing listens on tells as much as one that answers: refused is an answer of the far machine. */
async function* probeForwarding(host: Host): AsyncGenerator<ProbeStep> {
  const [id, title] = ['forwarding', 'Port forwarding']
  if (host.transport === 'local') return yield skipped(id, title, 'not needed on this machine')
  const failure = await forwardFailure(host)
  if (failure === null || failure.code === 'refused')
    return yield good(id, title, 'ports of the machine can be reached')
  yield failure.code === 'forwarding_forbidden'
    ? warn(
        id,
        title,
        failure.message,
        'Set AllowTcpForwarding yes. Until then health is asked on the host itself and the gateway cannot reach its models.',
      )
    : warn(id, title, failure.message, 'Look at the log of the SSH server.')
}

async function forwardFailure(host: Host): Promise<HostError | null> {
  const limit = AbortSignal.timeout(5000)
  try {
    const stream = await host.connect(1, limit)
    const failure = await new Promise<HostError | null>(resolve => {
      stream.once('error', error => resolve(asHostError(error)))
      for (const event of ['data', 'end', 'close']) stream.once(event, () => resolve(null))
      limit.addEventListener('abort', () => resolve(null), { once: true })
    })
    stream.destroy()
    return failure
  } catch (error) {
    return asHostError(error)
  }
}

const asHostError = (error: unknown): HostError =>
  error instanceof HostError ? error : new HostError('lost', String(error))
