import type { Choice } from '../../shell/overlays/menu.tsx'
import { sanitiseText } from '../../terminal/sanitise.ts'
import type { Book } from './book.tsx'
import { attachLine } from './by-hand.ts'

/** What of the selected serve is worth taking along. */
export function copyChoices(book: Book): Choice[] {
  const { serve, shell, host } = book
  if (!serve) return []
  const address =
    serve.port === null ? '' : `http://${host?.target ? serve.host_name : '127.0.0.1'}:${serve.port}`
  const curl =
    serve.port === null
      ? ''
      : `curl -s ${address}/v1/chat/completions -H 'Content-Type: application/json' -d '${JSON.stringify({
          model: serve.model ?? '',
          messages: [{ role: 'user', content: 'Hello' }],
        }).replaceAll("'", `'\\''`)}'`
  const choice = (id: string, title: string, text: string, missing: string): Choice => ({
    id,
    title,
    note: sanitiseText(text.slice(0, 200)),
    ...(text === '' ? { disabled: missing } : {}),
    run: () => shell.copy(text, title.toLowerCase()),
  })
  const ofServe = [
    choice('command', 'The command', serve.cmd, ''),
    choice('curl', 'A curl line', curl, 'it has no port'),
    choice('root', 'The root line', serve.root_line ?? '', 'no cause is known'),
    choice('address', 'The address', address, 'it has no port'),
    choice('attach', 'How to attach', host ? attachLine(shell, host, serve) : '', 'its host is not known'),
    choice('path', 'The path of its log', serve.log_path ?? '', 'it has no log that is known'),
    choice('id', 'Its id', serve.id, ''),
  ]
  return shell.side === 'detail' && book.mode === 'log' ? [...logChoices(book), ...ofServe] : ofServe
}

/** What of the open log is worth taking along: lines as they were written, not as they are shown. */
function logChoices({ shell, log: { model } }: Book): Choice[] {
  if (!model) return []
  const copied = (id: string, title: string, offsets: readonly number[], missing: string): Choice => ({
    id,
    title,
    note:
      offsets.length === 1 ? sanitiseText(model.line(offsets[0]!).slice(0, 60)) : `${offsets.length} lines`,
    ...(offsets.length === 0 ? { disabled: missing } : {}),
    run: () =>
      void shell.act('The lines were not copied', async () =>
        shell.copy((await model.written(offsets)).join('\n'), title.toLowerCase()),
      ),
  })
  const shown = [...new Set(model.rows().map(({ offset }) => offset))]
  return [
    copied(
      'line',
      'The line jumped to',
      model.current === undefined ? [] : [model.current],
      'jump to one first, with n, e or c',
    ),
    copied('marked', 'The marked lines', model.ticks('m'), 'm marks a line'),
    copied('shown', 'The lines in view', shown, 'there are none'),
  ]
}
