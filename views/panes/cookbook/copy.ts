import type { Choice } from '../../shell/overlays/menu.tsx'
import { sanitiseText, withoutColours } from '../../terminal/sanitise.ts'
import type { Book } from './book.tsx'
import { asLine, attachCommand } from './by-hand.ts'

/** What of the selected serve is worth taking along. */
export function copyChoices(book: Book): Choice[] {
  const { serve, shell, host } = book
  if (!serve) return []
  const { model } = book.log
  const line = model?.current === undefined ? '' : sanitiseText(model.line(model.current))
  const rows =
    shell.side === 'detail' && book.mode === 'log'
      ? (model?.rows() ?? []).map(({ text }) => withoutColours(text).trimEnd()).join('\n')
      : ''
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
    note: sanitiseText(text.slice(0, 60)),
    ...(text === '' ? { disabled: missing } : {}),
    run: () => shell.copy(text, title.toLowerCase()),
  })
  return [
    choice('command', 'The command', serve.cmd, ''),
    choice('curl', 'A curl line', curl, 'it has no port'),
    choice('root', 'The root line', serve.root_line ?? '', 'no cause is known'),
    choice('line', 'The line jumped to', line, 'jump to one first, with n, e or c'),
    choice('rows', 'The rows shown of the log', rows, 'open the log first'),
    choice('address', 'The address', address, 'it has no port'),
    choice(
      'attach',
      'How to attach',
      host ? asLine(attachCommand(shell, host, serve)) : '',
      'its host is not known',
    ),
    choice('id', 'Its id', serve.id, ''),
  ]
}
