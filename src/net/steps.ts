import type { Step } from '../contract/mail-accounts.ts'

/** What of an account works, one step after the other; `worded` says an error as a person reads it. */
export const openSteps = (worded: (error: Error) => string) => {
  const steps: Step[] = []
  const step = async <T>(
    name: string,
    work: () => Promise<{ said: string; value: T }>,
  ): Promise<T | null> => {
    try {
      const { said, value } = await work()
      steps.push({ step: name, ok: true, said })
      return value
    } catch (error) {
      steps.push({ step: name, ok: false, said: worded(error as Error) })
      return null
    }
  }
  return { steps, step }
}
