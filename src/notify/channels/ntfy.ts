import type { ChannelDoor } from '../channel.ts'
import { post } from './post.ts'

export interface NtfySettings {
  url: string
  topic: string
  token?: string
  priority: number
}

/** ntfy takes the message as JSON on its root, so a title may be in any language. */
export const ntfyChannel = (
  settings: () => NtfySettings | undefined,
  blockPrivate: () => boolean,
): ChannelDoor => ({
  name: 'ntfy',
  ready: () => (settings() ? null : 'notify.ntfy.topic is not set'),
  send(message, signal) {
    const { url, topic, token, priority } = settings()!
    return post({
      url: new URL('/', url).href,
      headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
      body: JSON.stringify({
        topic,
        title: message.title.slice(0, 200),
        message: message.body.slice(0, 4000) || message.title.slice(0, 200),
        priority: message.priority === 'high' ? 5 : message.priority === 'low' ? 2 : priority,
        tags: [message.kind === 'reminder' ? 'bell' : 'computer'],
      }),
      blockPrivate: blockPrivate(),
      signal,
    })
  },
})
