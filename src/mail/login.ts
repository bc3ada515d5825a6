import type { KeptAccount } from '../../store/mail.ts'
import type { Problem } from '../contract/problem.ts'
import type { Proof } from '../secrets/secret.ts'

/** Logs in. Where what a command printed is refused, the command is asked once more: a token may have run out in between. */
export const loggedIn = async <T>(
  account: KeptAccount,
  prove: () => Promise<Proof | null>,
  login: (proof: Proof | null) => Promise<T>,
): Promise<T> => {
  const proof = await prove()
  try {
    return await login(proof)
  } catch (error) {
    if (account.command === null || !wasRefused(error)) throw error
    const fresh = await prove()
    if (JSON.stringify(fresh) === JSON.stringify(proof)) throw error
    return login(fresh)
  }
}

/** Whether the server said no to who we are. */
export const wasRefused = (error: unknown): boolean =>
  (error as { code?: string }).code === 'EAUTH' ||
  ((error as Problem).details as { refused?: boolean } | undefined)?.refused === true
