import { cookbook } from '../../../src/contract/cookbook.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import type { Question } from '../../shell/overlays/confirm.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { spanWords } from '../words.ts'
import { isLive } from './kitchen.ts'
import { agentOf } from './owners.ts'
import { gpuList } from './rows.ts'

/** What is at stake in stopping these; a name has to be typed for what is not plainly one's own. */
export function stopQuestion(serves: readonly Serve[], now: number): Question {
  const [first] = serves
  const foreign = serves.find(serve => !serve.mine || serve.origin !== 'launched')
  const facts = serves.length === 1 ? factsOf(first!, now) : factsOfMany(serves, now)
  const name = serves.length > 1 ? `stop ${serves.length}` : foreign ? sanitiseText(foreign.name) : null
  return {
    title: serves.length === 1 ? `Stop ${sanitiseText(first!.name)}` : `Stop ${serves.length} serves`,
    facts,
    verb: 'Stop',
    ...(name === null ? {} : { mustType: name }),
  }
}

function factsOf(serve: Serve, now: number): string[] {
  const { metrics, vram_mib: vram } = serve
  const requests = (metrics?.running ?? 0) + (metrics?.waiting ?? 0)
  return [
    `On ${sanitiseText(serve.host_name)}${serve.port === null ? '' : `, port ${serve.port}`}${serve.gpus.length > 0 ? `, GPUs ${gpuList(serve.gpus)}` : ''}.`,
    `It ${doing(serve, now)}.`,
    serve.pid === null ? '' : `Ends process ${serve.pid} and everything it started.`,
    vram === null ? '' : `Gives back ${(vram / 1024).toFixed(1)} GiB of GPU memory.`,
    requests > 0
      ? `${requests} live request${requests === 1 ? '' : 's'} will fail.`
      : metrics?.running === 0
        ? 'It answers no request now.'
        : '',
    serve.mine ? ownWords(serve) : `It belongs to ${sanitiseText(serve.operator ?? 'somebody else')}.`,
    serve.origin === 'launched' ? '' : `It was ${serve.origin}, not launched from here.`,
  ].filter(fact => fact !== '')
}

function ownWords(serve: Serve): string {
  const agent = agentOf(serve)
  return agent === undefined ? 'It is yours.' : `It is yours; ${agent} launched it.`
}

/** What it does, after its name. */
function doing(
  { state, percent, metrics, ready_at: ready, launched_at: launched }: Serve,
  now: number,
): string {
  const speed = metrics?.tokens_per_second ?? 0
  const makes = speed >= 0.5 ? `, and makes ${Math.round(speed)} tokens a second` : ''
  switch (state) {
    case 'queued':
      return 'waits for its turn'
    case 'launching':
    case 'stopping':
      return `is ${state === 'stopping' ? 'being stopped' : 'being launched'}`
    case 'loading':
      return `is loading${percent === null ? '' : `, ${Math.round(percent)} percent are done`}`
    case 'ready':
      return `has been ready for ${spanWords(now - (ready ?? launched))}${makes}`
    case 'unhealthy':
      return `does not answer as it should, ${spanWords(now - (ready ?? launched))} after it was ready`
    default:
      return `is ${state}`
  }
}

const namedAtOnce = 8

function factsOfMany(serves: readonly Serve[], now: number): string[] {
  const named = serves.slice(0, namedAtOnce).map(serve => shortFact(serve, now))
  const more = serves.length - named.length
  const vram = serves.reduce((sum, serve) => sum + (serve.vram_mib ?? 0), 0)
  const requests = serves.reduce(
    (sum, { metrics }) => sum + (metrics?.running ?? 0) + (metrics?.waiting ?? 0),
    0,
  )
  return [
    ...named,
    more > 0 ? `... and ${more} more.` : '',
    vram > 0 ? `Gives back ${(vram / 1024).toFixed(1)} GiB of GPU memory in all.` : '',
    requests > 0 ? `${requests} live request${requests === 1 ? '' : 's'} will fail.` : '',
  ].filter(fact => fact !== '')
}

function shortFact(serve: Serve, now: number): string {
  const who = serve.mine ? '' : `, of ${sanitiseText(serve.operator ?? 'somebody else')}`
  return `${sanitiseText(serve.name)} on ${sanitiseText(serve.host_name)}, it ${doing(serve, now)}${who}`
}

/** Asks, stops, and says what came of it. */
export async function stopServes(shell: Shell, chosen: readonly Serve[]): Promise<void> {
  const serves = chosen.filter(isLive)
  if (serves.length === 0) {
    shell.toast('info', 'Nothing selected runs.')
    return
  }
  if (!(await shell.confirm(stopQuestion(serves, Date.now())))) return
  await Promise.all(serves.map(serve => stopOne(shell, serve)))
}

export async function stopOne(shell: Shell, serve: Serve): Promise<boolean> {
  return shell.act(`${serve.name} was not stopped`, async () => {
    const own = serve.mine && serve.origin === 'launched'
    const { step, left } = await shell.client.call(cookbook.stop, {
      id: serve.id,
      ...(own ? {} : { confirm: serve.name }),
    })
    if (left.length > 0) shell.toast('warn', `${serve.name}: still there: ${left.join(', ')}`)
    else if (step === 'running') shell.toast('info', `${serve.name} is being stopped.`)
    else shell.toast('good', `${serve.name} is stopped, its port and memory are free.`)
  })
}
