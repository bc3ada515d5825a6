import { access, type Token } from '../../../src/contract/access.ts'
import type { Judgement, Values } from '../../shell/overlays/form.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { FormField } from '../../widgets/form-state.ts'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import { day } from '../words.ts'
import { granted, grantFields, usual, valuesOf } from './grants.ts'

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

/** What is wrong so far, and when it ends. */
async function judge({ expires = '', until = '', ask_deadline = '' }: Values): Promise<Judgement> {
  const problems: Record<string, string> = {}
  const span = /^(\d+)([mhdw])$/.exec(expires.trim())
  const at = span ? Date.now() + Number(span[1]) * spans[span[2]!]! : Date.parse(expires)
  if (expires.trim() !== '' && !(at > Date.now()))
    problems.expires = 'write 30d, 12h, 90m, or a date in the future'
  if (until.trim() !== '' && !/^\d\d:\d\d$/.test(until.trim())) problems.until = 'write a time of day: 08:00'
  if (ask_deadline.trim() !== '' && !/^\d+$/.test(ask_deadline.trim()))
    problems.ask_deadline = 'write a number of seconds'
  return { problems, rows: expires.trim() === '' || problems.expires ? [] : [`It expires ${day(at)}.`] }
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
    judge,
    async submit(values) {
      const { token, lines, record } = await shell.client.call(access.create, inputOf(values))
      made(record.id)
      keep(shell, record.name, token, lines)
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

/** The secret is never shown again, so leaving it takes a choice. */
function keep(shell: Shell, name: string, token: string, lines: readonly string[]): void {
  const choices = () =>
    shell.menu(
      `The secret of ${sanitiseText(name)}: shown this once`,
      [
        {
          id: 'lines',
          title: 'copy the lines',
          note: 'what the agent is to be given',
          run: copy(lines.join('\n')),
        },
        { id: 'token', title: 'copy the token', run: copy(token) },
        { id: 'show', title: 'show it again', run: show },
        { id: 'done', title: 'done', note: 'it cannot be shown after this', run: () => {} },
      ],
      [],
      leave,
    )
  const leave = () =>
    void shell
      .confirm({
        title: 'Leave the secret',
        facts: ['It cannot be shown again: who lost it needs a new token.'],
        verb: 'Leave',
      })
      .then(yes => {
        if (!yes) choices()
      })
  const copy = (text: string) => () => {
    shell.copy(text, text === token ? 'the token' : 'the lines')
    choices()
  }
  const show = () =>
    shell.show(
      `Token of ${sanitiseText(name)}`,
      width => [
        ...wrapText(
          'Give these lines to the agent. The secret is shown this once: only its digest is kept.',
          width,
        ),
        '',
        ...lines.flatMap(line => wrapText(sanitiseText(line), width).map(row => toned(row, 'strong'))),
        '',
        toned('q goes on to copying it', 'quiet'),
      ],
      choices,
    )
  show()
}
