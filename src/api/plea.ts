import { givenOf } from './codex/fields.ts'
import { actionIn } from './codex/todo-action.ts'

/**
 * What a request asks for, in words for the person who is to say yes: by the id of its route, with fields of the request
 * in braces, the first that is given of several, in the order its handler takes them; `*`: the names of all that are given.
 * What its path names is its `id`. What existing clients send is called as ours is.
 */
const pleas: Readonly<Record<string, string>> = {
  'todos.add': 'add the todo: {title|content}',
  'todos.edit': 'change the todo {id} ({*}): {title|content}',
  'todos.done': 'mark the todo {id} done',
  'todos.snooze': 'be reminded later, {until}, of the todo {id}',
  'todos.item': 'change the checklist of the todo {id}: {op} {text}',
  'todos.rm': 'delete the todo {id}',
  'todos.act.list': 'list todos',
  'todos.act.search': 'search todos: {query|text|title|content}',
  'todos.act.view': 'read the todo {id}',
  'todos.act.add': 'add the todo: {title|content|text|body}',
  'todos.act.update': 'change the todo {id|note_id}: {title|content}',
  'todos.act.delete': 'delete the todo {id|note_id}',
  'todos.act.toggle_item': 'tick item {index} of the todo {id|note_id}, or no more',
  'todos.act.add_item': 'add to the checklist of the todo {id|note_id}: {text|item}',
  'todos.act.edit_item': 'change item {index} of the todo {id|note_id}: {text|item}',
  'todos.act.delete_item': 'delete item {index} of the todo {id|note_id}',
  'todos.act.move_item': 'move item {index} of the todo {id|note_id} to {to}',
  'todos.act.done': 'mark the todo {id|note_id} done',
  'todos.act.snooze': 'be reminded later, {until|due_date}, of the todo {id|note_id}',
  'calendar.add': 'add the event: {summary}, {start}',
  'calendar.edit': 'change the event {id} ({*}): {summary} {start}',
  'calendar.answer': 'answer the invitation {id}: {answer} {comment}',
  'calendar.rm': 'delete the event {id}',
  'calendar.import': 'take in calendar events',
  'calendars.add': 'make the calendar: {name}',
  'calendars.edit': 'change the calendar {id} ({*}): {name}',
  'calendars.rm': 'delete the calendar {id} with its events',
  'calendar.resolve': 'settle the conflict {id}: {keep}',
  'calendar.sync': 'sync calendars now: {account|calendar}',
  'calendars.subscribe': 'subscribe to the calendar: {name} {url}',
  'calendars.resubscribe': 'change the subscription {id}: {url}',
  'calendars.refresh': 'read the subscription {id} now',
  'mail.invitation': 'answer the invitation of the mail {id}: {answer} {comment}',
  'mail.mark': 'mark mails: {ids}',
  'mail.move': 'move mails to {to}: {ids}',
  'mail.rm': 'delete mails: {ids}',
  'mail.sync': 'ask the mail server what is new',
  'mail.upload': 'keep a file for a mail: {filename}',
  'mail.draft': 'write a draft to {to} cc {cc} bcc {bcc}: {subject}',
  'mail.send': 'send a mail to {to} cc {cc} bcc {bcc}: {subject}',
  'mail.retry': 'send again the mail {id}',
  'mail.drop': 'take the mail {id} out of the outbox',
  'memory.add': 'remember: {text}',
  'memory.edit': 'change the memory {id} ({*}): {text|category}',
  'memory.pin': 'pin the memory {id}, or no more',
  'memory.used': 'say that the memory {id} helped',
  'memory.rm': 'forget the memory {id}',
  'documents.add': 'keep the document: {title}',
  'documents.edit': 'change the document {id} ({*}): {title}',
  'documents.replace': 'replace a passage of the document {id}: {find}',
  'documents.append': 'add to the document {id}: {text}',
  'documents.restore': 'go back to version {version} of the document {id}',
  'documents.draft': 'write a mail as a document, to {to} cc {cc} bcc {bcc}: {subject}',
  'documents.rm': 'delete the document {id}',
  'documents.recover': 'bring back the document {id}',
  'cookbook.serve': 'launch on {remote_host|host}: {cmd|repo_id}',
  'cookbook.check': 'ask what a launch would meet: {cmd}',
  'cookbook.fit': 'ask whether a model fits: {model|cmd}',
  'cookbook.stop': 'stop the serve {id}',
  'cookbook.adopt': 'take the tmux session {tmux_session|session_id|session} on {host|remote_host} into care',
  'cookbook.relaunch': 'relaunch the serve {id} ({*}): {cmd|apply|set}',
  'cookbook.try': 'prompt and measure the serve {id}: {prompt}',
  'cookbook.chat': 'talk to the serve {id}',
  'cookbook.forget': 'remove the ended serve {id} and its log',
  'cookbook.revive': 'launch again what a reboot of {id} took',
  'presets.save': 'save the preset: {name}',
  'presets.edit': 'change the preset {id} ({*}): {name|cmd}',
  'presets.rm': 'delete the preset {id}',
  'presets.launch': 'launch the preset {id}',
  'openai.chat': 'talk to the model {model}',
  'openai.completions': 'prompt the model {model}',
  'openai.embeddings': 'have the model {model} embed text',
  'models.download': 'download to {host}: {model}',
  'models.install': 'install on {host}: {packages}',
  'models.copy': 'copy {model} from {from} to {to}',
  'models.rm': 'delete from {host}: {model}',
}

const ours: Readonly<Record<string, string>> = {
  'memory.patch': 'memory.edit',
  'memory.put': 'memory.edit',
  'memory.delete': 'memory.rm',
  'calendar.create': 'calendar.add',
  'calendar.patch': 'calendar.edit',
  'calendar.put': 'calendar.edit',
  'calendar.delete': 'calendar.rm',
  'calendar.add_calendar': 'calendars.add',
  'documents.create': 'documents.add',
  'documents.patch': 'documents.edit',
  'documents.put': 'documents.edit',
  'documents.delete': 'documents.rm',
  'emails.draft_document': 'documents.draft',
  'emails.draft': 'mail.draft',
  'emails.send': 'mail.send',
  'cookbook.preset': 'presets.launch',
}

/** Names that existing clients have for the same field. */
const fields: Readonly<Record<string, readonly string[]>> = { start: ['dtstart'] }

const longest = 200

const plain = (value: unknown): string => {
  const text = Array.isArray(value)
    ? value.map(plain).join(', ')
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : String(value ?? '')
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

const BLANK = /((?:,? (?:to|on|from|cc|bcc)|[:,])? ?\(?)\{([\w|*]+)\}(\)?)/g

/** The words for a request, or null where it only reads. `given`: what its route takes of it, secrets masked. */
export const pleaOf = (route: string, given: Readonly<Record<string, unknown>>): string | null => {
  const name = route.replace(/^codex\./, '')
  const plea = pleas[name === 'todos.act' ? `${name}.${actionIn(given.action).action}` : (ours[name] ?? name)]
  if (plea === undefined) return null
  const filled = (names: string): string =>
    names === '*'
      ? Object.keys(given)
          .filter(one => one !== 'id' && given[one] !== undefined)
          .join(', ')
      : plain(
          given[
            givenOf(
              given,
              names.split('|').flatMap(one => [one, ...(fields[one] ?? [])]),
            ) ?? ''
          ],
        )
  return plea.replace(BLANK, (_, link: string, names: string, end: string) => {
    const value = filled(names)
    return value === '' ? '' : link + value + end
  })
}
