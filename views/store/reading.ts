import type { Client } from '../../src/client/client.ts'
import { Problem } from '../../src/contract/problem.ts'

/** What asks with a body, and changes nothing that a person would miss. */
const asking = new Set([
  'calendar.accounts.test',
  'cookbook.chat',
  'cookbook.check',
  'cookbook.fit',
  'hosts.test',
  'mail.accounts.test',
  'mail.sync',
])

/** Lets nothing through that changes anything while `isReadOnly`, whichever form or menu forgot to ask. */
export function readingOnly(client: Client, isReadOnly: () => boolean): Client {
  const refuse = (method: string, id = ''): void => {
    if (method !== 'GET' && isReadOnly() && !asking.has(id))
      throw new Problem('denied', 'this screen only reads')
  }
  return {
    ...client,
    async call(route, input, options) {
      refuse(route.method, route.id)
      return client.call(route, input, options)
    },
    async ask(route, input, options) {
      refuse(route.method, route.id)
      return client.ask(route, input, options)
    },
    async stream(route, input, options) {
      refuse(route.method, route.id)
      return client.stream(route, input, options)
    },
    async send(method, path, body, options) {
      refuse(method)
      return client.send(method, path, body, options)
    },
  }
}
