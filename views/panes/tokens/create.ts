import { access, type Token } from '../../../src/contract/access.ts'
import { Problem } from '../../../src/contract/problem.ts'
import { todos } from '../../../src/contract/todos.ts'
import type { Judgement, Values } from '../../shell/overlays/form.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { FormField } from '../../widgets/form-state.ts'
import { day } from '../words.ts'
import { granted, grantFields, usual, valuesOf } from './grants.ts'
import { keepSecret } from './secret.ts'

const fences: readonly FormField[] = [
  { id: 'hosts', label: 'hosts', kind: 'text', placeholder: 'all; or gpu-a,gpu-b' },
  { id: 'gpus', label: 'GPUs', kind: 'text', placeholder: 'all; or 4-7' },
  { id: 'ports', label: 'ports', kind: 'text', placeholder: 'all; or 8100-8199' },
  { id: 'max_serves', label: 'serves', kind: 'text', placeholder: 'any number at once' },
  {
    id: 'stop',
    label: 'stops',
    kind: 'choice',
    choices: [
      { value: 'own', label: 'only its own serves' },
      { value: 'any', label: 'any serve' },
    ],
  },
  { id: 'until', label: 'until', kind: 'text', placeholder: 'any time; or 08:00: no launches after it' },
  {
    id: 'at_fence',
    label: 'at a fence',
    kind: 'choice',
    choices: [
      { value: 'refuse', label: 'is refused' },
      { value: 'ask', label: 'asks you' },
    ],
  },
]

const everything: FormField = { id: 'operator', label: 'everything', kind: 'toggle' }
const named: readonly FormField[] = [
  {
    id: 'name',
    label: 'name',
    kind: 'text',
    placeholder: 'of the agent',
  },
  { id: 'expires', label: 'expires', kind: 'text', placeholder: 'never; or 30d, 12h, a date' },
  everything,
]

const patience: FormField = {
  id: 'ask_deadline',
  label: 'waits',
  kind: 'text',
  placeholder: 'for ever; or 600: no answer in so many seconds is a no',
}

function fieldsFor(values: Values): readonly FormField[] {
  if (values.operator === 'yes') return named
  const launches = values.cookbook === 'launch' || values.cookbook === 'ask'
  const asks = granted(values).ask.length > 0 || (launches && values.at_fence === 'ask')
  return [...named, ...grantFields, ...(launches ? fences : []), ...(asks ? [patience] : [])]
}

const spans: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 }

const ranges = /^\s*\d+\s*(-\s*\d+\s*)?(,\s*\d+\s*(-\s*\d+\s*)?)*$/

/** What can be said of a field by itself: a pattern of what it may hold, and what to write. */
const shapes: Readonly<Record<string, readonly [RegExp, string]>> = {
  gpus: [ranges, 'write numbers and ranges: 0,4-7'],
  ports: [ranges, 'write numbers and ranges: 8100-8199'],
  max_serves: [/^\d+$/, 'write a number'],
  ask_deadline: [/^[1-9]\d*$/, 'write a number of seconds'],
}

/** What is wrong so far, and what the moments mean. */
async function judge(shell: Shell, values: Values, signal: AbortSignal): Promise<Judgement> {
  const said = (id: string) => values[id]?.trim() ?? ''
  const shown = new Set(fieldsFor(values).map(({ id }) => id))
  const moment = async (id: string): Promise<number | null | undefined> => {
    const [text, span] = [said(id), /^(\d+)([mhdw])$/.exec(said(id))]
    if (text === '' || !shown.has(id)) return undefined
    if (span && id === 'expires') return Date.now() + Number(span[1]) * spans[span[2]!]!
    try {
      const { understood } = await shell.client.call(todos.when, { text }, { signal })
      const at = understood ? Date.parse(understood.at) : Number.NaN
      return at > Date.now() ? at : null
    } catch (error) {
      if (error instanceof Problem && error.code === 'invalid') return null
      throw error
    }
  }
  const [expires, until] = [await moment('expires'), await moment('until')]
  const problems = Object.fromEntries([
    ...Object.entries(shapes).flatMap(([id, [shape, words]]) =>
      shown.has(id) && said(id) !== '' && !shape.test(said(id)) ? [[id, words]] : [],
    ),
    ...(expires === null ? [['expires', 'write 30d, 12h, 90m, or a date in the future']] : []),
    ...(until === null ? [['until', 'write a time to come: 08:00, tomorrow noon']] : []),
  ])
  const known = shell.world.hosts.items.flatMap(({ id, name }) => [id, name])
  const strange = said('hosts')
    .split(/[\s,]+/)
    .filter(name => name !== '' && !known.includes(name))
  return {
    problems,
    rows: [
      ...(shown.has('hosts') && strange.length > 0
        ? [`No host is called ${strange.join(', ')} as yet.`]
        : []),
      ...(expires ? [`It expires ${day(expires)}.`] : []),
      ...(until ? [`It launches nothing after ${day(until)}.`] : []),
    ],
  }
}

/** Asks for everything a token is, makes it, and shows its secret until the person says that it is kept. */
export function createToken(shell: Shell, made: (id: string) => void, like?: Token): void {
  shell.form({
    title: like ? sanitiseText(`New token, as ${like.name} is`) : 'New token',
    verb: 'Create',
    values: like
      ? valuesOf(like)
      : { name: '', expires: '', operator: 'no', ...usual, stop: 'own', at_fence: 'ask' },
    fields: fieldsFor,
    judge: (values, signal) => judge(shell, values, signal),
    async submit(values) {
      if (!values.name?.trim()) throw new Error('Give it a name.')
      const { token, lines, record } = await shell.client.call(access.create, inputOf(values))
      made(record.id)
      keepSecret(shell, record.name, token, lines)
    },
  })
}

function inputOf(values: Values) {
  const given = (id: string) => (values[id]?.trim() ? { [id]: values[id].trim() } : {})
  const input = { name: values.name?.trim() ?? '', ...given('expires') }
  if (values.operator === 'yes') return { ...input, operator: true }
  const shown = new Set(fieldsFor(values).map(({ id }) => id))
  const limits = [...fences, patience].filter(({ id }) => shown.has(id)).map(({ id }) => given(id))
  // Sending asks unless it is allowed by name.
  const sends = values.email === 'send' ? { allow_send: true } : {}
  return { ...input, ...granted(values), ...sends, ...Object.assign({}, ...limits) }
}
