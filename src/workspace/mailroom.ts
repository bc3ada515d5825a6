import { resolveSrv } from 'node:dns/promises'
import type { Changes } from '../../store/changes.ts'
import type { Store } from '../../store/database.ts'
import { type KeptMail, openMail } from '../../store/mail.ts'
import { openOutbox } from '../../store/outbox.ts'
import type { Carried } from '../mail/body.ts'
import { type Mailbox, openMailbox } from '../mail/mail.ts'
import type { Notify } from '../notify/notify.ts'
import type { Config } from './config.ts'
import type { Paths } from './paths.ts'
import { openSeal } from './seal.ts'

/** Mail as this workspace's config sets it up, and as a way to tell a person something. */
export const mailroom = (deps: {
  store: Store
  changes: Changes
  paths: Paths
  config: Config
  notify: Notify
  now: () => number
  zone: () => string
  invited: (mail: KeptMail, carried: Carried) => Promise<boolean>
  report: (error: unknown) => void
}): Mailbox => {
  const { store, changes, paths, config, notify, now, zone, invited, report } = deps
  const mail = openMailbox({
    store: openMail(store),
    outboxStore: openOutbox(store),
    changes,
    now,
    zone,
    secrets: openSeal(paths.sealKey),
    lookUp: resolveSrv,
    invited,
    fetch: (url, init) => fetch(url, init),
    report,
  })
  notify.add(mail.channel(() => config.notify.email))
  return mail
}
