import { type Host, hosts as routes } from '../../../src/contract/hosts.ts'
import { readTarget } from '../../../src/contract/target.ts'
import type { Values } from '../../shell/overlays/form.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { FormField } from '../../widgets/form-state.ts'
import { toned } from '../../widgets/theme.ts'
import { changed } from '../changed.ts'

const fields: readonly FormField[] = [
  { id: 'target', label: 'ssh to', kind: 'text', placeholder: 'an alias of your ssh config, or user@host' },
  { id: 'name', label: 'Name', kind: 'text', placeholder: 'as it is to be called here' },
  { id: 'port', label: 'Port', kind: 'text', placeholder: '22, or what the alias says' },
  {
    id: 'env',
    label: 'Environment',
    kind: 'choice',
    choices: [
      { value: 'none', label: 'none' },
      { value: 'venv', label: 'venv' },
      { value: 'conda', label: 'conda' },
    ],
  },
  {
    id: 'env_path',
    label: 'Its path',
    kind: 'text',
    placeholder: '~/vllm-env, or the name of the conda one',
  },
  { id: 'model_dirs', label: 'Models in', kind: 'text', placeholder: '/models, /data/gguf' },
  { id: 'gpus', label: 'GPUs', kind: 'text', placeholder: 'those a launch gets: 0,1' },
  { id: 'ports', label: 'Ports', kind: 'text', placeholder: 'those a launch gets: 8000-8099' },
  { id: 'hf_token', label: 'HF token', kind: 'text', placeholder: 'sealed, never shown again', mask: '*' },
]

function valuesOf(host: Host | null): Values {
  return {
    target: host?.target ?? '',
    name: host?.name ?? '',
    port: host?.port ? String(host.port) : '',
    env: host?.env ?? 'none',
    env_path: host?.env_path ?? '',
    model_dirs: host?.model_dirs.join(', ') ?? '',
    gpus: host?.gpus ?? '',
    ports: host?.port_range ? host.port_range.join('-') : '',
    hf_token: '',
  }
}

type Settings = ReturnType<typeof settingsOf>

/** The form as the API takes it; an emptied field is cleared. */
function settingsOf(values: Values) {
  const text = (id: string) => values[id]?.trim() || null
  const range = /^(\d+)\s*-\s*(\d+)$/.exec(values.ports?.trim() ?? '')
  if (text('ports') !== null && !range) throw new Error('Ports are written as 8000-8099.')
  if (text('port') !== null && !/^\d+$/.test(values.port!.trim())) throw new Error('The port is a number.')
  return {
    port: text('port') === null ? null : Number(values.port),
    env: (values.env ?? 'none') as Host['env'],
    env_path: text('env_path'),
    model_dirs: (values.model_dirs ?? '')
      .split(',')
      .map(dir => dir.trim())
      .filter(Boolean),
    gpus: text('gpus'),
    port_range: range ? ([Number(range[1]), Number(range[2])] as [number, number]) : null,
    ...(text('hf_token') === null ? {} : { hf_token: text('hf_token') }),
  }
}

/** The settings that were changed: another screen may have changed the others meanwhile. */
function different(before: Settings, after: Settings): Partial<Settings> {
  const was: Record<string, unknown> = before
  const entries = Object.entries(after)
  return Object.fromEntries(
    entries.filter(([id, value]) => JSON.stringify(value) !== JSON.stringify(was[id])),
  )
}

/** Why ssh could not be told this; what is as it was is left alone. */
function faultOf(host: Host | null, { target = '' }: Values): string | null {
  if (host && (host.target === '' || target === host.target)) return null
  const read = readTarget(target)
  return typeof read === 'string' ? read : null
}

/** Adds a host, or changes one. */
export function hostForm(shell: Shell, host: Host | null, done: (host: Host) => void): void {
  const { client, world } = shell
  shell.form({
    title: host ? `Edit ${sanitiseText(host.name)}` : 'New host',
    verb: host ? 'Save' : 'Add',
    fields: host?.target === '' ? fields.filter(({ id }) => id !== 'target' && id !== 'port') : fields,
    values: valuesOf(host),
    ...(host ? { now: async () => valuesOf(await client.call(routes.get, { id: host.id })) } : {}),
    async judge(values, signal) {
      const { target = '' } = values
      const fault = host === null && target.trim() === '' ? null : faultOf(host, values)
      const problems: Record<string, string> = fault === null ? {} : { target: fault }
      if (host)
        return {
          problems,
          rows: host.hf_token_set ? [toned('An HF token is kept; leave it empty to keep it.', 'quiet')] : [],
        }
      const { items } = await client.call(
        routes.aliases,
        { pattern: `${target.trim()}*`, saved: false },
        { signal },
      )
      const known = `ssh config knows: ${items.slice(0, 12).map(sanitiseText).join('  ')}`
      return { problems, rows: items.length === 0 ? [] : [toned(known, 'quiet')] }
    },
    async submit(values) {
      const fault = faultOf(host, values)
      if (fault !== null) throw new Error(`ssh to: ${fault}.`)
      const settings = settingsOf(values)
      if (host) {
        const { target, name } = changed(valuesOf(host), values)
        const { value, seq } = await client.ask(routes.edit, {
          id: host.id,
          ...(target === undefined || host.target === '' ? {} : { target: target.trim() }),
          ...(name === undefined || name.trim() === '' ? {} : { name: name.trim() }),
          ...different(settingsOf(valuesOf(host)), settings),
        })
        world.hosts.put(value, seq)
        done(value)
        return
      }
      const { value, seq } = await client.ask(routes.add, {
        target: values.target?.trim(),
        ...(values.name?.trim() ? { name: values.name.trim() } : {}),
        ...settings,
      })
      for (const added of value.added) world.hosts.put(added, seq)
      for (const { name, reason } of value.skipped) shell.toast('warn', `${name} was not added: ${reason}`)
      const [added] = value.added
      if (added) {
        shell.toast('good', `Added ${added.name}.`)
        done(added)
      }
    },
  })
}
