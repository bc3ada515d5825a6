import { access } from '../contract/access.ts'
import { calendarSubscriptions } from '../contract/calendar-subscriptions.ts'
import { capabilities } from '../contract/codex/capabilities.ts'
import { cookbook } from '../contract/cookbook.ts'
import { documents } from '../contract/documents.ts'
import { fenceWords } from '../contract/fence-words.ts'
import { hosts } from '../contract/hosts.ts'
import { mail } from '../contract/mail.ts'
import { type Account, mailAccounts } from '../contract/mail-accounts.ts'
import { models } from '../contract/models.ts'
import { presets } from '../contract/presets.ts'
import type { Output, Route } from '../contract/route.ts'
import type { Attempt, FitReport, Serve } from '../contract/serve.ts'
import { spareWords } from '../contract/spare.ts'
import { moment } from './moment.ts'
import { SAVED } from './saved.ts'
import { clean, table } from './table.ts'
import { operationText } from './why.ts'

type Show = (value: never, columns: number) => string

const shown = <R extends Route>(route: R, show: (value: Output<R>, columns: number) => string) =>
  [route.id, show as Show] as const

/** What people see of answers that are more than a row or a card. */
const SHOWN = new Map<string, Show>([
  ...SAVED,
  shown(calendarSubscriptions.subscribe, ({ name, events, subscription }) =>
    clean(
      `Subscribed to "${name}" at ${subscription?.host}: ${counted(events, 'event')}, read again every ${everyWords(subscription?.every ?? 0)}.`,
    ),
  ),
  shown(mailAccounts.add, account => [savedAccount('Saved', account), ...passwordless(account)].join('\n')),
  shown(mailAccounts.edit, account =>
    [savedAccount('Changed', account), ...passwordless(account)].join('\n'),
  ),
  shown(
    mail.move,
    ({ moved, to }) => `Moved ${counted(moved, 'mail')} to ${clean(to)}. ithaca undo takes it back.`,
  ),
  shown(mail.remove, ({ trashed, deleted }) =>
    [
      ...(trashed > 0 ? [`Moved ${counted(trashed, 'mail')} to the trash. ithaca undo takes it back.`] : []),
      ...(deleted > 0 ? [`Deleted ${counted(deleted, 'mail')} for good.`] : []),
    ].join('\n'),
  ),
  shown(
    documents.remove,
    ({ title }) => `Deleted the document "${clean(title)}". ithaca undo brings it back.`,
  ),
  shown(cookbook.serve, launched),
  shown(presets.launch, launched),
  shown(cookbook.relaunch, ({ serve, difference, warnings }) =>
    [
      `${serve.name} is launched as attempt ${serve.attempt}: ${serve.id}`,
      ...difference.map(line => `  ${clean(line)}`),
      ...warnings.map(warned),
      next(serve),
    ].join('\n'),
  ),
  shown(cookbook.stop, ({ serve, step, left }) =>
    [STEPS[step](serve.name), ...left.map(line => `  still there: ${clean(line)}`)].join('\n'),
  ),
  shown(cookbook.output, ({ serve, source, output, diagnosis }) =>
    [
      clean(output, true, ''),
      source === 'none' ? `${serve.name} has no log and no pane that can be read.` : '',
      diagnosis?.cause
        ? `\n${serve.name} died of ${diagnosis.cause}${diagnosis.line_number ? ` (line ${diagnosis.line_number})` : ''}. More: ithaca cookbook why ${serve.id}`
        : '',
    ]
      .filter(part => part !== '')
      .join('\n'),
  ),
  shown(cookbook.adopt, ({ serve, already }) =>
    already ? `${serve.name} is in care already: ${serve.id}` : `In care now: ${serve.name}, ${serve.id}`,
  ),
  shown(cookbook.try, answer =>
    [
      clean(answer.text, true, ''),
      '',
      [
        answer.ttft_ms === null ? null : `first token ${Math.round(answer.ttft_ms)} ms`,
        answer.tokens_per_second === null ? null : `${answer.tokens_per_second.toFixed(1)} tokens/s`,
        `${answer.tokens} tokens in ${answer.seconds.toFixed(1)} s`,
        answer.failed > 0 ? `${answer.failed} failed` : null,
      ]
        .filter(part => part !== null)
        .join(', '),
    ].join('\n'),
  ),
  shown(cookbook.revive, ({ launched: again, failed }) =>
    [
      ...again.map(serve => `Launched again: ${serve.name}, ${serve.id}`),
      ...failed.map(({ serve, reason }) => `Not launched: ${serve}: ${clean(reason)}`),
      again.length + failed.length === 0 ? 'Nothing was taken by a reboot.' : '',
    ]
      .filter(part => part !== '')
      .join('\n'),
  ),
  shown(cookbook.fit, fit =>
    [
      `${VERDICTS[fit.verdict]}${fit.spare_gib === null ? '' : `: ${spareWords(fit.spare_gib)} per GPU`}${fit.upper_bound ? ' (an upper bound for this architecture)' : ''}`,
      ...(fit.longest ? [`${basisOf(fit)}; ${fit.longest} tokens of context would fit`] : []),
      ...fit.parts.map(({ what, gib }) => `  ${what.padEnd(12)}${gib.toFixed(2).padStart(8)} GiB`),
      ...fit.problems.map(line => `! ${clean(line)}`),
      ...fit.settings.flatMap(({ title, operations }) => [
        `would fit with ${operations.map(operationText).join(' ')}`,
        `    ${clean(title.split(': ').slice(1).join(': '))}`,
      ]),
    ].join('\n'),
  ),
  shown(cookbook.attempts, ({ items }, columns) => attemptsTable(items, columns)),
  shown(models.download, begun),
  shown(models.install, begun),
  shown(models.copy, begun),
  shown(
    models.remove,
    ({ freed_bytes }) => `Deleted: ${(freed_bytes / 1024 ** 3).toFixed(1)} GiB are free again.`,
  ),
  // An older daemon tells no warnings, and the secret is shown once.
  shown(access.create, ({ record, lines, warnings = [] }) =>
    [
      `${clean(record.name)} may: ${record.operator ? 'everything, as the operator' : scopesOf(record.scopes)}${record.expires_at === null ? '' : `, until ${moment(record.expires_at)}`}`,
      ...fenceWords(record, moment).map(words => `  ${clean(words)}`),
      ...warnings.map(warned),
      'Its secret is shown this once. Put these lines into the environment of whoever is to use it:',
      '',
      ...lines.map(line => clean(line)),
    ].join('\n'),
  ),
  shown(capabilities, answer => JSON.stringify(answer, null, 2)),
  shown(hosts.add, ({ added, skipped }) =>
    [
      ...added.map(host => `Saved: ${host.name}. Try it: ithaca hosts test ${host.name}`),
      ...skipped.map(({ name, reason }) => `Not saved: ${name}, ${reason}`),
    ].join('\n'),
  ),
  shown(hosts.aliases, ({ items }) => items.map(alias => clean(alias)).join('\n')),
])

export const showOf = (route: Route): Show | undefined => SHOWN.get(route.id)

function launched({ serve, warnings }: { serve: Serve; warnings: string[] }): string {
  const where = `on ${serve.host_name}${serve.port === null ? '' : `, port ${serve.port}`}${serve.gpus.length > 0 ? `, GPU ${serve.gpus.join(',')}` : ''}`
  const word = serve.state === 'queued' ? 'waits for its port and GPUs' : 'is launched'
  return [`${serve.name} ${word} ${where}: ${serve.id}`, ...warnings.map(warned), next(serve)].join('\n')
}

function begun({ serve }: { serve: Serve }): string {
  return `${clean(serve.name)} runs on ${serve.host_name}: ${serve.id}\n${next(serve, 'ended')}`
}

const counted = (count: number, one: string): string => `${count} ${one}${count === 1 ? '' : 's'}`

/** `hour`, `6 hours`, `90 minutes`: what comes after "every". */
const everyWords = (seconds: number): string => {
  const minutes = Math.max(1, Math.round(seconds / 60))
  const [unit, length] =
    minutes % 1440 === 0 ? ['day', 1440] : minutes % 60 === 0 ? ['hour', 60] : ['minute', 1]
  const count = minutes / (length as number)
  return count === 1 ? (unit as string) : `${count} ${unit}s`
}

function savedAccount(word: string, { name, address, imap, smtp }: Account): string {
  const at = (server: Account['imap']) =>
    server ? `${server.host}:${server.port} (${SECURITY[server.security]})` : null
  const whose = name === address ? name : `${name} <${address}>`
  const servers = imap
    ? `reads from ${at(imap)} and ${smtp ? `sends by ${at(smtp)}` : 'cannot send'}`
    : `only sends, by ${at(smtp)}`
  return clean(`${word}: ${whose}. It ${servers}. Try it: ithaca mail accounts test ${quoted(name)}`)
}

const SECURITY = { tls: 'TLS', starttls: 'STARTTLS', none: 'no TLS' }

const quoted = (word: string): string =>
  /^[\w@.+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** Nobody means that: it is said where it is saved. */
const passwordless = ({ auth, name }: Account): string[] =>
  auth === 'none'
    ? [
        clean(
          `! It logs in without a password. To give one: ithaca mail accounts edit ${quoted(name)} --password - (read from standard input), --password-command or --oauth-command`,
        ),
      ]
    : []

const scopesOf = (scopes: Record<string, string>): string =>
  Object.entries(scopes)
    .map(([scope, how]) => (how === 'ask' ? `${scope} (asks each time)` : scope))
    .join(', ') || 'nothing'

const warned = (text: string): string => `! ${clean(text)}`
const next = (serve: Serve, goal = 'ready'): string =>
  `ithaca cookbook wait ${serve.id}${goal === 'ready' ? '' : ` --for ${goal}`}    ithaca cookbook logs -f ${serve.id}`

const STEPS: Record<Output<typeof cookbook.stop>['step'], (name: string) => string> = {
  gone: name => `${name} had ended already.`,
  interrupt: name => `${name} is stopped: it ended when interrupted.`,
  terminate: name => `${name} is stopped: it ended when told to terminate.`,
  kill: name => `${name} is stopped: it had to be killed.`,
  failed: name => `${name} could not be stopped.`,
  scheduled: name => `${name} will be stopped at its time.`,
  running: name => `${name} is being stopped; it takes longer than one answer may.`,
}

const basisOf = ({ measured_in }: FitReport): string =>
  measured_in ? `Measured in ${clean(measured_in)}` : 'Estimated'

const VERDICTS = { fits: 'Fits', tight: 'Tight', does_not: 'Does not fit', unknown: 'Cannot tell' }

const attemptRow = (one: Attempt): Record<string, unknown> => ({
  '#': one.attempt,
  state: one.state,
  took: one.seconds === null ? '' : span(one.seconds),
  ready: one.ready_seconds === null ? '' : span(one.ready_seconds),
  'kv tokens': one.kv_tokens ?? '',
  'tok/s': one.tokens_per_second?.toFixed(1) ?? '',
  'ttft ms': one.ttft_ms === null ? '' : Math.round(one.ttft_ms),
  cause: one.cause ?? '',
  change: one.difference.join(' ') || (one.attempt === 1 ? '(first)' : '(none)'),
})

const attemptsTable = (items: readonly Attempt[], columns: number): string =>
  table(items.map(attemptRow), Object.keys(attemptRow(items[0] ?? ({ difference: [] } as never))), columns)

/** The table of a night's work, for a page that renders Markdown. */
export const attemptsMarkdown = (items: readonly Attempt[]): string => {
  const rows = items.map(attemptRow)
  const names = Object.keys(rows[0] ?? {})
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const cell = (value: unknown): string => clean(String(value ?? '')).replaceAll('|', '\\|')
  return [
    line(names),
    line(names.map(() => '---')),
    ...rows.map(row =>
      line(names.map(name => (name === 'change' ? `\`${cell(row[name])}\`` : cell(row[name])))),
    ),
  ].join('\n')
}

const span = (seconds: number): string =>
  seconds < 120
    ? `${Math.round(seconds)} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`
