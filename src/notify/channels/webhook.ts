import type { ChannelDoor, Message } from '../channel.ts'
import { post } from './post.ts'

export interface WebhookSettings {
  url: string
  template?: string
  headers: Record<string, string>
}

/** What a chat's webhook understands when the user says nothing else. */
const DISCORD = '{"content": "**{{title}}**\\n{{message}}"}'
const PLAIN = '{"title": "{{title}}", "message": "{{message}}", "kind": "{{kind}}", "late": {{late}}}'

export const webhookChannel = (
  settings: () => WebhookSettings | undefined,
  blockPrivate: () => boolean,
): ChannelDoor => ({
  name: 'webhook',
  ready: () => (settings() ? null : 'notify.webhook.url is not set'),
  send(message, signal) {
    const { url, template, headers } = settings()!
    const form = template ?? (new URL(url).hostname.endsWith('discord.com') ? DISCORD : PLAIN)
    return post({
      url,
      headers: { 'content-type': 'application/json', ...headers },
      body: filled(form, message),
      blockPrivate: blockPrivate(),
      signal,
    })
  },
})

/** `{{title}}` and its like, each escaped for the inside of a JSON string. */
export const filled = (template: string, message: Message): string => {
  const values: Record<string, string> = {
    title: message.title.slice(0, 400),
    message: message.body.slice(0, 4000),
    kind: message.kind,
    late: String(message.late),
  }
  return template.replace(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) =>
    name in values ? JSON.stringify(values[name]).slice(1, -1) : whole,
  )
}
