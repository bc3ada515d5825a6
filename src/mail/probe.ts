import type { KeptAccount } from '../../store/mail.ts'
import type { Step } from '../contract/mail-accounts.ts'
import { openSteps } from '../net/steps.ts'
import { type Proof, proofOf, type Secrets } from '../secrets/secret.ts'
import { connectImap } from './link.ts'
import { knownProvider } from './providers.ts'
import { saidBy } from './said.ts'
import { connectSmtp } from './smtp.ts'

/** Step by step, what of an account works. */
export const probe = async (
  account: KeptAccount,
  secrets: Secrets,
): Promise<{ ok: boolean; steps: Step[] }> => {
  const { steps, step } = openSteps(error => hinted(account, saidBy(error)))
  const skipped = (name: string, said: string): void => void steps.push({ step: name, ok: null, said })

  const secret = await step('secret', async () => ({
    said: WAYS[account.auth],
    value: { proof: await proofOf(account, secrets) },
  }))
  if (!account.imap) skipped('imap', 'This account only sends.')
  else if (!secret) skipped('imap', 'Not tried without a secret.')
  else await mailbox(account, secret.proof, step)
  if (!account.smtp) skipped('smtp', 'There is no server to send by.')
  else if (!secret) skipped('smtp', 'Not tried without a secret.')
  else
    await step('smtp', async () => {
      const connection = await connectSmtp(account, secret.proof)
      const secure = connection.secure
      connection.quit()
      return {
        said: `${place(account.smtp!)}: ${secure ? 'TLS, ' : 'no TLS, '}${secret.proof ? 'logged in' : 'no login'}`,
        value: true,
      }
    })
  return { ok: steps.every(each => each.ok !== false), steps }
}

const WAYS = {
  password: 'The sealed password opens.',
  command: 'The command printed a password.',
  oauth: 'The command printed an access token.',
  none: 'No login is set up.',
}

const place = (server: { host: string; port: number }): string => `${server.host}:${server.port}`

const hinted = (account: KeptAccount, said: string): string => {
  const hint = knownProvider(account.address.slice(account.address.indexOf('@') + 1))?.hint
  return said.includes('login was refused') && hint ? `${said}. This provider ${hint}.` : said
}

type Try = <T>(name: string, work: () => Promise<{ said: string; value: T }>) => Promise<T | null>

const mailbox = async (account: KeptAccount, proof: Proof | null, step: Try): Promise<void> => {
  const client = await step('imap', async () => {
    const made = await connectImap(account, proof)
    return {
      said: `${place(account.imap!)}: ${made.secureConnection ? 'TLS' : 'no TLS'}, logged in`,
      value: made,
    }
  })
  if (!client) return
  try {
    await step('folders', async () => {
      const found = await client.list()
      const roles = found.flatMap(each =>
        each.specialUse && each.specialUse !== '\\Inbox'
          ? [`${each.specialUse.slice(1)} is ${each.path}`]
          : [],
      )
      return {
        said: `${found.length} folders${roles.length > 0 ? `; ${roles.join(', ')}` : ''}`,
        value: true,
      }
    })
    await step('news', async () => {
      const has = (name: string): boolean => client.capabilities.has(name)
      return {
        said: [
          has('IDLE') ? 'new mail is told at once' : 'new mail is looked for every two minutes (no IDLE)',
          has('CONDSTORE') || has('QRESYNC')
            ? 'changes are resumed'
            : 'flags are read anew each time (no CONDSTORE)',
        ].join('; '),
        value: true,
      }
    })
  } finally {
    client.close()
  }
}
