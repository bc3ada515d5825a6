import { lookup } from 'node:dns/promises'
import type { KeptAccount } from '../../../store/calendar-remote.ts'
import type { Step } from '../../contract/mail-accounts.ts'
import { Problem } from '../../contract/problem.ts'
import { openSteps } from '../../net/steps.ts'
import type { CalendarAccounts } from './accounts.ts'
import { hintFor } from './places.ts'
import type { SyncDeps } from './sync.ts'

/** Step by step, what of an account works. Nothing is changed by it. */
export const probe = async (
  deps: SyncDeps,
  accounts: CalendarAccounts,
  account: KeptAccount,
): Promise<{ ok: boolean; steps: Step[] }> => {
  const { dav } = deps
  const { steps, step } = openSteps(error => {
    const hint = error instanceof Problem && error.code === 'unauthenticated' && hintFor(account.address)
    return hint ? `${error.message}. This provider ${hint}.` : error.message
  })
  const skipped = (names: string[]): void => {
    for (const name of names) steps.push({ step: name, ok: null, said: 'Not tried.' })
  }
  const outcome = () => ({ ok: steps.every(each => each.ok !== false), steps })

  const access = await step('secret', async () => ({
    said: WAYS[account.auth],
    value: await accounts.access(account),
  }))
  const { hostname, host } = new URL(account.url)
  const found = await step('server', async () => {
    const { address } = await lookup(hostname.replace(/^\[|\]$/g, '')).catch(() => {
      throw new Problem('upstream', `${hostname}: there is no such host`)
    })
    return { said: `${host} is ${address}`, value: address }
  })
  if (!access || !found) {
    skipped(['discovery', 'calendars', 'sync'])
    return outcome()
  }
  const home = await step('discovery', async () => {
    const value = await dav.discover(access, account.url)
    const who = value.principal === null ? '' : `you are ${new URL(value.principal).pathname}, `
    return { said: `${who}calendars are at ${value.home}`, value }
  })
  if (!home) {
    skipped(['calendars', 'sync'])
    return outcome()
  }
  const calendars = await step('calendars', async () => {
    const all = await dav.calendars(access, home.home, { direct: home.direct, ask: 'all' })
    const value = all.filter(each => each.events)
    const names = value.map(each => `${each.name}${each.readOnly ? ' (only to read)' : ''}`)
    return { said: value.length === 0 ? 'There is none yet.' : names.join(', '), value }
  })
  const [first] = calendars ?? []
  if (!first) skipped(['sync'])
  else
    await step('sync', async () => {
      if (first.token !== null) await dav.changes(access, first.href, first.token)
      return {
        said:
          first.token !== null
            ? 'only what changed is asked for (sync-token)'
            : first.tag !== null
              ? 'a calendar that changed is listed (CTag and ETags)'
              : 'every calendar is listed each time (ETags alone)',
        value: true,
      }
    })
  return outcome()
}

const WAYS = {
  password: 'The sealed password opens.',
  command: 'The command printed a password.',
  oauth: 'The command printed an access token.',
  none: 'No login is set up.',
}
