import { execFile } from 'node:child_process'
import { Problem } from '../contract/problem.ts'

/** How a server is shown who we are. */
export type Proof = { user: string; pass: string } | { user: string; accessToken: string }

export interface Secrets {
  seal(text: string): Buffer
  open(sealed: Buffer): string
}

/** What an account says of how it proves itself. */
export interface Proving {
  name: string
  user: string
  auth: 'password' | 'command' | 'oauth' | 'none'
  secret: Buffer | null
  command: string | null
}

/** Another way to prove oneself, where one was given; never two at once. */
export const provingBy = (
  given: { password?: string; password_command?: string; oauth_command?: string },
  secrets: Secrets,
): Partial<Pick<Proving, 'auth' | 'secret' | 'command'>> => {
  const { password, password_command, oauth_command } = given
  if ([password, password_command, oauth_command].filter(each => each !== undefined).length > 1)
    throw new Problem('invalid', 'Give one of password, password_command and oauth_command.')
  if (password !== undefined) return { auth: 'password', secret: secrets.seal(password), command: null }
  if (password_command !== undefined) return { auth: 'command', secret: null, command: password_command }
  return oauth_command === undefined ? {} : { auth: 'oauth', secret: null, command: oauth_command }
}

const DEADLINE = 30_000

/** The proof for one connection, asked for anew each time: a token lives for an hour, a command may have a new one. */
export const proofOf = async (account: Proving, secrets: Secrets): Promise<Proof | null> => {
  const { user } = account
  if (account.auth === 'none') return null
  if (account.auth === 'password') {
    if (!account.secret)
      throw new Problem(
        'conflict',
        `The account ${account.name} has no password: give it one with 'accounts edit'.`,
      )
    return { user, pass: secrets.open(account.secret) }
  }
  const said = await told(account.name, account.command ?? '')
  return account.auth === 'oauth' ? { user, accessToken: said } : { user, pass: said }
}

/** The first line that a command of the user's prints. What it prints is in no message of ours. */
const told = (account: string, command: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(
      '/bin/sh',
      ['-c', command],
      { timeout: DEADLINE, maxBuffer: 1_000_000 },
      (error, stdout, stderr) => {
        const [line = ''] = stdout.split('\n')
        if (!error && line.trim() !== '') return resolve(line.replace(/\r$/, ''))
        const why = error
          ? (error as { killed?: boolean }).killed
            ? `was still running after ${DEADLINE / 1000} s`
            : `ended with ${error.code}${stderr.trim() ? `: ${stderr.trim().split('\n')[0]!.slice(0, 300)}` : ''}`
          : 'printed nothing'
        reject(new Problem('unavailable', `The password command of ${account} ${why}.`))
      },
    )
    child.stdin?.end()
  })
