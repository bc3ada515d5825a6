import { Problem } from '../contract/problem.ts'
import { HostError } from '../hosts/host.ts'
import { SearchError } from '../logs/search.ts'
import { LogError } from '../logs/slice.ts'

/** What went wrong on the way to a host or on it, as a refusal callers understand. */
export const asProblem = (error: unknown, host: string): unknown => {
  if (error instanceof LogError)
    return new Problem(error.code === 'not_found' ? 'not_found' : 'unavailable', error.message)
  if (error instanceof SearchError) return new Problem(error.code, error.message)
  if (!(error instanceof HostError)) return error
  const details = { ...error.details, host, reason: error.code }
  switch (error.code) {
    case 'host_key_unknown':
    case 'host_key_changed':
      return new Problem('conflict', error.message, details)
    case 'deadline':
      return new Problem('timeout', error.message, details)
    case 'auth':
    case 'refused':
    case 'forwarding_forbidden':
    case 'no_channel':
      return new Problem('upstream', error.message, details)
    default:
      return new Problem('unavailable', error.message, { ...details, unreachable: true })
  }
}

export const overThere = async <T>(host: string, work: Promise<T>): Promise<T> => {
  try {
    return await work
  } catch (error) {
    throw asProblem(error, host)
  }
}
