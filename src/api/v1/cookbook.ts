import { cookbook as routes } from '../../contract/cookbook.ts'
import { Problem } from '../../contract/problem.ts'
import type { Serve } from '../../contract/serve.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { passAdoptFence, passHostFence, passStopFence } from '../fences.ts'
import { begun, flow } from '../flow.ts'
import { launchChecked } from '../launch.ts'
import { maskText } from '../mask.ts'
import { momentAhead } from '../moment.ts'
import { answered } from '../openai.ts'
import { relaunchChecked } from '../relaunch.ts'

const REVOKED_WITHIN = 500

export const bindCookbook = (bind: Bind, workspace: Workspace): void => {
  const { cookbook } = workspace
  const { serves, reading, control } = cookbook

  bind(routes.tasks, query => {
    cookbook.watch.hurry(query.host)
    return { items: cookbook.list(query) }
  })
  bind(routes.task, ({ id }) => serves.view(serves.get(id)))
  bind(routes.serve, (input, call) => launchChecked(call, input))
  bind(routes.wait, ({ id, for: until, timeout }, { signal }) => {
    const { host } = serves.get(id).kept
    cookbook.watch.hurry(host)
    return cookbook.attentively(host, reading.wait(id, until, timeout * 1000, signal))
  })
  bind(routes.stop, async ({ id, at, ...asked }, call) => {
    await passStopFence(call, id)
    return control.stop(call.author, id, { ...asked, at: at ? await momentAhead(workspace, at) : null })
  })
  bind(routes.adopt, async (input, call) => {
    await passAdoptFence(call, input)
    return cookbook.adoption.adopt(call.author, input)
  })
  bind(routes.try, async (input, call) => {
    await passHostFence(call, serves.get(input.id).kept.host)
    return cookbook.tries.run(call.author, input, call.signal)
  })
  bind(routes.chat, async ({ id, messages, max_tokens }, call) => {
    await passHostFence(call, serves.get(id).kept.host)
    return answered(call.http, await cookbook.tries.chat(id, messages, max_tokens, call.signal), id)
  })
  bind(routes.terminal, ({ id, ...shape }, { author, signal }) =>
    cookbook.terminals.attach(author, id, shape, signal),
  )
  bind(routes.metrics, async ({ id, since }) => {
    const one = serves.get(id)
    cookbook.watch.hurry(one.kept.host)
    const samples = cookbook.metrics.history(id, since ?? 0)
    // The first to ask need not wait for the next round.
    if (samples.length > 0 || since !== undefined || serves.state(one) !== 'ready') return { samples }
    const first = await cookbook.metrics.sample(one)
    return { samples: first ? [first] : [] }
  })
  bind(routes.revive, async ({ id }, call) => {
    const launched: Serve[] = []
    const failed: { serve: string; reason: string }[] = []
    for (const { kept } of await cookbook.takenByReboot(id))
      try {
        launched.push((await relaunchChecked(call, { id: kept.id })).serve)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        failed.push({ serve: kept.id, reason: error.message })
      }
    return { launched, failed }
  })
  bind(routes.output, async ({ id, tail, attempt, raw }) => {
    const { source, output } = await reading.output(id, tail, { attempt, raw })
    const one = serves.get(id)
    return { serve: serves.view(one), source, output: maskText(output), diagnosis: one.kept.diagnosis }
  })
  bind(routes.log, async ({ id, offset, length, attempt }, { http }) => {
    const slice = await reading.bytes(id, offset ?? -length, length, attempt)
    return http.body(new Uint8Array(slice.bytes), 200, {
      'content-type': 'application/octet-stream',
      'ithaca-log-start': String(slice.start),
      'ithaca-log-size': String(slice.size),
    })
  })
  bind(routes.follow, async ({ id, offset, tail }, { http, actor }) => {
    serves.get(id)
    const given = new AbortController()
    const bytes = await reading.follow(id, { offset, lines: tail, signal: given.signal })
    const body = flow(async function* (left) {
      left.addEventListener('abort', () => given.abort(), { once: true })
      // A token that is revoked or runs out hears nothing more, in the middle of a log either.
      const watch = setInterval(() => workspace.access.lives(actor) || given.abort(), REVOKED_WITHIN)
      try {
        yield* bytes
      } finally {
        clearInterval(watch)
      }
    })
    return http.body(body, 200, { 'content-type': 'application/octet-stream' })
  })
  bind(routes.search, async ({ id, query, regex, ignore_case, limit, lines }, { http, signal: given }) => {
    serves.get(id)
    const body = await begun(async function* (signal) {
      const found = reading.search(id, { query, regex, ignoreCase: ignore_case, limit, lines, signal })
      for await (const one of found) yield Buffer.from(`${JSON.stringify(one)}\n`)
    }, given)
    return http.body(body, 200, { 'content-type': 'application/x-ndjson' })
  })
  bind(routes.forget, async ({ id }, call) => {
    await passStopFence(call, id)
    cookbook.serves.forget(call.author, id)
    return { ok: true }
  })
}
