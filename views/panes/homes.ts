/** The panes that show a thing, by what kind it is. */
export const homes: Readonly<Record<string, string>> = {
  todo: 'todos',
  memory: 'memory',
  document: 'documents',
  event: 'calendar',
  calendar: 'calendar',
  email: 'mail',
  serve: 'cook',
  host: 'hosts',
  token: 'tokens',
  approval: 'approvals',
}
