import { cookbook as routes } from '../../contract/codex/cookbook.ts'
import { Problem } from '../../contract/problem.ts'
import type { Launched } from '../../cookbook/launching.ts'
import type { Place } from '../../cookbook/machines.ts'
import type { Known } from '../../cookbook/serves.ts'
import { codexModels } from '../../models/codex.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { passAdoptFence, passStopFence } from '../fences.ts'
import { launchChecked } from '../launch.ts'
import { maskText } from '../mask.ts'
import { relaunchChecked } from '../relaunch.ts'
import { shownTo } from '../sight.ts'
import { placeFor, serveAsked } from './cookbook-launch.ts'
import { asServer, asTask, hostText } from './cookbook-shapes.ts'
import { fieldsOf, givenOf } from './fields.ts'

const SESSION = /^[A-Za-z0-9_-]+$/
const PRESET = /^[A-Za-z0-9 _.:@-]+$/
const LONGEST_WAIT = 9000
const PORT_OF_CLIENTS = 8000

export const bindCookbook = (bind: Bind, { cookbook }: Workspace): void => {
  const { serves, machines, reading, control, presets } = cookbook

  const placeOf = (id: string): Place | undefined => machines.all().find(place => place.id === id)
  const taskOf = (one: Known): Record<string, unknown> =>
    asTask(one, serves.view(one), placeOf(one.kept.host))
  const known = (id: string): Known => {
    if (!SESSION.test(id)) throw new Problem('bad_request', 'Invalid session id')
    const one = serves.find(id)
    if (!one) throw new Problem('not_found', 'task not found')
    return one
  }
  const launched = ({ serve, warnings }: Launched) => {
    const place = machines.at(serve.host)
    return {
      ok: true,
      session_id: serve.id,
      remote: hostText(place),
      endpoint_id: null,
      state: serve.state,
      port: serve.port,
      warnings,
    }
  }

  bind(routes.tasks, async () => {
    await cookbook.fresh()
    return { tasks: cookbook.list({ latest: false }).map(({ id }) => taskOf(serves.get(id))) }
  })

  bind(routes.servers, () => ({ servers: machines.all().map(asServer) }))

  bind(routes.cached, async ({ host }) => {
    const place = placeFor(host, machines)
    const inventory = await cookbook.models.inventory(place.id)
    return { models: codexModels(inventory), host: hostText(place), scanned_at: inventory.scannedAt }
  })

  bind(routes.presets, (_input, { actor }) => ({
    presets: shownTo(actor, presets.list()).map(({ name, model, host, port, cmd }) => {
      const place = placeOf(host)
      return {
        name,
        model,
        host: place ? hostText(place) : host,
        port: port === null ? '' : String(port),
        cmd,
      }
    }),
    default_host: 'local',
  }))

  bind(routes.output, async ({ session_id, tail }) => {
    const one = known(session_id)
    cookbook.watch.hurry(one.kept.host)
    const lines = Math.min(4000, Math.max(20, tail === 0 ? 400 : tail))
    const { output, source } = await reading.output(session_id, lines, { raw: true })
    return {
      session_id,
      host: hostText(machines.at(one.kept.host)),
      exit_code: 0,
      output: maskText(output),
      task: taskOf(one),
      source,
      diagnosis: one.kept.diagnosis,
    }
  })

  bind(routes.serve, async (body, call) =>
    launched(await launchChecked(call, serveAsked(body as Record<string, unknown>, machines))),
  )

  bind(routes.preset, async ({ name }, call) => {
    if (!PRESET.test(name)) throw new Problem('bad_request', 'Invalid preset name')
    const { cmd, model, host, env_prefix, gpus, restart, name: called } = presetNamed(name)
    if (!cmd || !model || cmd.startsWith('(adopted'))
      throw new Problem(
        'bad_request',
        `Preset '${called}' has no launchable cmd (adopted from external launch). Use POST /cookbook/serve with the actual cmd instead.`,
      )
    return launched(
      await launchChecked(call, { cmd, repo_id: model, host, env_prefix, gpus, restart, name: called }),
    )
  })

  const presetNamed = (name: string) => {
    try {
      return presets.find(name)
    } catch (error) {
      if (error instanceof Problem && error.code === 'not_found' && !error.details?.candidates)
        throw new Problem('not_found', `No preset matching '${name}'`)
      throw error
    }
  }

  bind(routes.adopt, async (body, call) => {
    const fields = fieldsOf(body as Record<string, unknown>)
    const session = fields.text('tmux_session', 'session_id') ?? ''
    if (!SESSION.test(session)) throw new Problem('bad_request', 'tmux_session required, [a-zA-Z0-9_-]+ only')
    const model = fields.text('model', 'repo_id')
    if (!model) throw new Problem('bad_request', 'model required')
    const port = fields.whole('port') ?? PORT_OF_CLIENTS
    if (port < 1 || port > 65_535) throw new Problem('bad_request', `'port' must be a port, not ${port}.`)
    const place = placeFor(fields.text(givenOf(body, ['host', 'remote_host']) ?? 'host'), machines)
    const asked = {
      session,
      host: place.id,
      model,
      // Clients send this one when nobody named any; what the process itself says is better.
      ...(port === PORT_OF_CLIENTS ? {} : { port }),
    }
    await passAdoptFence(call, asked)
    const { serve, already } = await cookbook.adoption.adopt(call.author, asked)
    return already
      ? { ok: true, already_tracked: true, session_id: serve.id, host: hostText(place) }
      : { ok: true, session_id: serve.id, host: hostText(place) }
  })

  bind(routes.stop, async (body, call) => {
    const one = known(body.session_id)
    const fields = fieldsOf({ ...(body as Record<string, unknown>), ...call.http.req.query() })
    await passStopFence(call, one.kept.id)
    const { step, left, serve } = await control.stop(call.author, one.kept.id, {
      confirm: fields.text('confirm'),
      adopted: fields.flag('adopted'),
      force: fields.flag('force'),
    })
    if (step === 'failed')
      throw new Problem('conflict', `${serve.name} could not be ended; left are: ${left.join('; ')}.`, {
        left,
      })
    const answer = {
      session_id: serve.id,
      exit_code: 0,
      host: hostText(machines.at(serve.host)),
      step,
      left,
      state: serve.state,
    }
    return step === 'running'
      ? call.http.json(
          { ...answer, pending: true, detail: 'It is being stopped; ask tasks for the outcome.' },
          202,
        )
      : answer
  })

  bind(routes.wait, async ({ session_id, for: until, timeout }, { signal }) => {
    const one = known(session_id)
    cookbook.watch.hurry(one.kept.host)
    const ms = Math.min(timeout * 1000, LONGEST_WAIT)
    const waited = reading.wait(session_id, until, ms, signal)
    const { reached, tail } = await cookbook.attentively(one.kept.host, waited)
    const ended = one.kept.ending !== null
    return {
      session_id,
      reached,
      ended,
      task: taskOf(one),
      output: maskText(tail),
      diagnosis: one.kept.diagnosis,
    }
  })

  bind(routes.why, async ({ session_id }, { signal }) => {
    const one = known(session_id)
    const { diagnosis } = await cookbook.why.of(session_id, signal)
    return { session_id, diagnosis, task: taskOf(one) }
  })

  bind(routes.attempts, ({ session_id, sort }) => {
    known(session_id)
    return { session_id, ...cookbook.attempts.of(session_id, sort) }
  })

  bind(routes.relaunch, async ({ session_id, ...changes }, call) => {
    known(session_id)
    const answer = await relaunchChecked(call, { id: session_id, ...changes })
    return { ...launched(answer), difference: answer.difference }
  })
}
