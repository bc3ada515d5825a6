import type { Changes } from '../../store/changes.ts'
import type { Store } from '../../store/database.ts'
import { openNotify as openNotifyStore } from '../../store/notify.ts'
import { commandChannel } from '../notify/channels/command.ts'
import { ntfyChannel } from '../notify/channels/ntfy.ts'
import { webhookChannel } from '../notify/channels/webhook.ts'
import { type Notify, openNotify } from '../notify/notify.ts'
import type { Config } from './config.ts'

/** The channels as the config sets them up. */
export const notifier = (deps: {
  store: Store
  changes: Changes
  now: () => number
  zone: () => string
  config: Config
}): Notify => {
  const { notify, reminders } = deps.config
  const blockPrivate = (): boolean => notify.block_private
  return openNotify({
    store: openNotifyStore(deps.store),
    changes: deps.changes,
    now: deps.now,
    zone: deps.zone,
    settings: () => reminders,
    channels: [
      commandChannel(() => notify.command),
      ntfyChannel(() => notify.ntfy, blockPrivate),
      webhookChannel(() => notify.webhook, blockPrivate),
    ],
  })
}
