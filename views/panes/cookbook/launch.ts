import type * as z from 'zod'
import { cookbook } from '../../../src/contract/cookbook.ts'
import type { Host } from '../../../src/contract/hosts.ts'
import { models } from '../../../src/contract/models.ts'
import { presets } from '../../../src/contract/presets.ts'
import type { FitReport, Fix, Serve } from '../../../src/contract/serve.ts'
import { isBarely, spareWords } from '../../../src/contract/spare.ts'
import type { Judgement, Values } from '../../shell/overlays/form.tsx'
import type { Choice } from '../../shell/overlays/menu.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { FormField } from '../../widgets/form-state.ts'
import { type Tone, toned } from '../../widgets/theme.ts'
import { bytes } from '../words.ts'
import { changeRow } from './changes.ts'
import { isLive } from './kitchen.ts'
import { gpuList } from './rows.ts'
import { stopQuestion } from './stop.ts'

type Check = z.output<typeof cookbook.check.out>

/** What a launch as written would meet, in rows under the form. */
export function judgementOf(check: Check): Judgement {
  const { fit } = check
  const what = [
    check.engine,
    check.model,
    check.port === null ? '' : `:${check.port}`,
    check.gpus.length > 0 ? `GPUs ${gpuList(check.gpus)}` : '',
  ]
  // The same in a sentence: it is said before them.
  const warnings = check.warnings.filter(row => !fit || !/^(Does not fit|Tight): /.test(row))
  return {
    problems: check.error === null ? {} : { cmd: sanitiseText(check.error) },
    rows: [
      ...(check.ok ? [toned(sanitiseText(what.filter(Boolean).join('  ')), 'good')] : []),
      ...(fit ? [toned(fitSentence(fit), fitTone(fit))] : []),
      ...(fit?.problems ?? []).map(row => toned(`! ${sanitiseText(row)}`, 'warn')),
      ...(fit?.settings ?? []).slice(0, 3).map(({ title }) => `would fit: ${sanitiseText(title)}`),
      ...warnings.map(row => toned(`! ${sanitiseText(row)}`, 'warn')),
      ...check.difference.map(changeRow),
    ],
  }
}

function fitTone({ verdict, spare_gib: spare }: FitReport): Tone {
  if (verdict === 'does_not') return 'bad'
  return verdict === 'tight' || (spare !== null && isBarely(spare)) ? 'warn' : 'plain'
}

/** Whether it fits, by how much, and who says so. */
function fitSentence(fit: FitReport): string {
  const { verdict, spare_gib: spare, longest, freed_gib: freed } = fit
  if (verdict === 'unknown') return 'Whether it fits its GPUs is not known.'
  // What does not fit though memory is to spare lacks something else, which the warnings name.
  const much =
    spare === null || (verdict === 'does_not' && spare >= 0) ? '' : `: ${spareWords(spare)} on each GPU`
  const barely = verdict !== 'does_not' && spare !== null && isBarely(spare)
  const words = barely
    ? 'Just fits'
    : { fits: 'Fits', tight: 'Fits tightly', does_not: 'DOES NOT FIT' }[verdict]
  const context = longest && verdict === 'does_not' ? `; a context of ${longest} tokens would` : ''
  const counted = freed > 0 ? `, with the ${freed.toFixed(1)} GiB it gives back first` : ''
  const basis = fit.measured_in ? `measured in ${sanitiseText(fit.measured_in)}` : 'estimated'
  const bound = fit.upper_bound ? ', an upper bound' : ''
  return `${words}${much}${context}${counted} (${basis}${bound})`
}

function hostField(hosts: readonly Host[], serves: readonly Serve[]): FormField {
  return {
    id: 'host',
    label: 'Host',
    kind: 'choice',
    choices: hosts.map(host => ({
      value: host.id,
      label: `${sanitiseText(host.name)}${freeOf(host, serves)}`,
    })),
  }
}

function freeOf(host: Host, serves: readonly Serve[]): string {
  if (host.reach.state === 'unreachable') return ', unreachable'
  if (host.devices.length === 0) return ''
  const free = freeGpus(
    host,
    serves.filter(serve => serve.host === host.id && isLive(serve)),
  )
  return free.length === 0 ? ', no free GPU' : `, free GPUs ${gpuList(free)}`
}

const optional = (value: string | undefined): string | undefined => (value?.trim() ? value.trim() : undefined)

function askedFor(values: Values) {
  const asked = {
    cmd: values.cmd ?? '',
    host: values.host ?? '',
    gpus: optional(values.gpus),
    name: optional(values.name),
    env_prefix: optional(values.env_prefix),
    restart: optional(values.restart),
  }
  return Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)) as typeof asked
}

/** A form for a launch; nothing is launched before it is submitted. */
export function launchForm(
  shell: Shell,
  given: Values,
  launched: (serve: Serve) => void,
  title = 'Launch',
): void {
  const hosts = shell.world.hosts.items
  shell.form({
    title,
    verb: 'Launch',
    at: 'cmd',
    fields: [
      { id: 'cmd', label: 'Command', kind: 'text', placeholder: 'vllm serve Qwen/Qwen3-8B --port 8001' },
      hostField(hosts, shell.world.serves.items),
      { id: 'gpus', label: 'GPUs', kind: 'text', placeholder: '0,1 or empty' },
      { id: 'name', label: 'Name', kind: 'text', placeholder: 'taken from the model' },
      {
        id: 'env_prefix',
        label: 'Before it',
        kind: 'text',
        placeholder: 'NAME=value source env/bin/activate',
      },
      { id: 'restart', label: 'Restarts', kind: 'text', placeholder: 'on-failure:3 or empty' },
      {
        id: 'wait',
        label: 'If full',
        kind: 'choice',
        choices: [
          { value: '', label: 'refuse' },
          { value: 'yes', label: 'wait for room' },
        ],
      },
      { id: 'preset', label: 'Keep as', kind: 'text', placeholder: 'name of a preset, or empty' },
    ],
    values: { host: hosts[0]?.id ?? 'local', wait: '', ...given },
    async judge(values, signal) {
      if (!values.cmd?.trim()) return { rows: [toned('The command is checked as you type.', 'quiet')] }
      const { restart: _restart, ...asked } = askedFor(values)
      return judgementOf(await shell.client.call(cookbook.check, asked, { signal }))
    },
    async submit(values) {
      const asked = askedFor(values)
      const keep = optional(values.preset)
      if (keep !== undefined) {
        const { cmd, host, gpus, env_prefix, restart } = asked
        await shell.client.call(presets.save, { name: keep, cmd, host, gpus, env_prefix, restart })
      }
      const { value, seq } = await shell.client.ask(cookbook.serve, {
        ...asked,
        ...(values.wait === 'yes' ? { wait_for_room: true } : {}),
      })
      shell.world.serves.put(value.serve, seq)
      for (const warning of value.warnings) shell.toast('warn', warning)
      shell.toast('good', `Launching ${value.serve.name} on ${value.serve.host_name}.`)
      launched(value.serve)
    },
  })
}

type Preset = z.output<typeof presets.list.out>['items'][number]

/** A launch as it was saved, to be looked at, changed and submitted. */
export function presetForm(shell: Shell, preset: Preset, launched: (serve: Serve) => void): void {
  const { cmd, host, gpus, env_prefix, restart } = preset
  const given = { cmd, host, gpus: gpus ?? '', env_prefix: env_prefix ?? '', restart: restart ?? '' }
  launchForm(shell, given, launched, `Launch ${sanitiseText(preset.name)}`)
}

/** What can be launched: a command of one's own, a preset, a model that is on the host. */
export async function launchMenu(
  shell: Shell,
  host: Host | undefined,
  launched: (serve: Serve) => void,
): Promise<void> {
  const { client } = shell
  const at = host?.id ?? 'local'
  const [saved, found] = await shell.toOpen(
    Promise.all([
      client.call(presets.list, {}).then(
        ({ items }) => items,
        () => [],
      ),
      client.call(models.list, { host: at }).then(
        ({ items }) => items,
        () => [],
      ),
    ]),
  )
  const choices: Choice[] = [
    {
      id: 'own',
      title: 'A command ...',
      note: 'written by you',
      run: () => launchForm(shell, { host: at }, launched),
    },
    ...saved.map(
      (preset): Choice => ({
        id: preset.id,
        title: sanitiseText(preset.name),
        note: `preset, ${sanitiseText(preset.model)} on ${sanitiseText(preset.host_name)}`,
        run: () => presetForm(shell, preset, launched),
      }),
    ),
    ...found
      .filter(({ complete }) => complete)
      .map(
        (model): Choice => ({
          id: `${model.source}:${model.path}`,
          title: sanitiseText(model.id),
          note: `${model.source}, ${bytes(model.bytes)}`,
          run: () => launchForm(shell, { host: at, ...startFor(shell, model, at) }, launched),
        }),
      ),
  ]
  shell.menu(`Launch on ${sanitiseText(host?.name ?? 'local')}`, choices)
}

type Found = z.output<typeof models.list.out>['items'][number]

/** A first command for a model, on a port and a GPU nobody has; to be changed in the form. */
function startFor(shell: Shell, model: Found, at: string): Values {
  const host = shell.world.hosts.get(at)
  const lives = shell.world.serves.items.filter(serve => serve.host === at && isLive(serve))
  const free = host ? freeGpus(host, lives) : []
  const wanted = host?.gpus ?? (free.length > 0 ? String(free[0]) : '')
  return { cmd: commandFor(model, port => freePort(lives, host?.port_range?.[0] ?? port)), gpus: wanted }
}

function commandFor(model: Found, port: (usual: number) => number): string {
  const gguf = model.gguf.find(({ role }) => role === 'model')
  if (gguf) return `llama-server -m ${gguf.path} --port ${port(8080)}`
  if (model.source === 'ollama') return 'ollama serve'
  return `vllm serve ${model.source === 'hf' ? model.id : model.path} --port ${port(8000)}`
}

export function freePort(lives: readonly Serve[], from: number): number {
  const taken = new Set(lives.map(({ port }) => port))
  let port = from
  while (taken.has(port)) port++
  return port
}

/** The GPUs with next to nothing on them that no serve was given. */
export function freeGpus({ devices }: Host, lives: readonly Serve[]): number[] {
  const given = new Set(lives.flatMap(({ gpus }) => gpus))
  return devices.filter(gpu => (gpu.used_mib ?? 0) < 1024 && !given.has(gpu.index)).map(({ index }) => index)
}

/** A form for a new attempt, with a fix put in where one was chosen. A live one is asked about before it is stopped. */
export function relaunchForm(
  shell: Shell,
  serve: Serve,
  launched: () => void,
  fix?: z.output<typeof Fix>,
): void {
  const cmd = fix?.cmd ?? serve.cmd
  shell.form({
    title: fix
      ? `Relaunch ${sanitiseText(serve.name)}: ${sanitiseText(fix.title)}`
      : `Relaunch ${sanitiseText(serve.name)}`,
    verb: 'Relaunch',
    fields: [{ id: 'cmd', label: 'Command', kind: 'text' }],
    values: { cmd },
    judge: async ({ cmd: written }, signal) =>
      judgementOf(
        await shell.client.call(
          cookbook.check,
          { cmd: written || ' ', host: serve.host, like: serve.id, replaces: true },
          { signal },
        ),
      ),
    async submit({ cmd: written = '' }) {
      const now = shell.world.serves.get(serve.id) ?? serve
      const stop = isLive(now)
      if (stop && !(await shell.confirm(stopQuestion([now], Date.now()))))
        throw new Error('It runs on: nothing was changed.')
      const change =
        written === serve.cmd ? {} : fix && written === fix.cmd ? { apply: fix.id } : { cmd: written }
      const { value, seq } = await shell.client.ask(cookbook.relaunch, {
        id: serve.id,
        ...change,
        ...(stop ? { stop: true } : {}),
      })
      shell.world.serves.put(value.serve, seq)
      for (const warning of value.warnings) shell.toast('warn', warning)
      shell.toast('good', `Attempt ${value.serve.attempt} of ${value.serve.name} is launching.`)
      launched()
    },
  })
}
