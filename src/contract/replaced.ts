/** What somebody is told whose program is not the one that lies there any more. */
export const UPDATED = 'Ithaca was updated while it ran: end it and start it again.'

/** Parts of the program are loaded when they are first needed, by names of their own build: an update takes them away. */
export const isReplaced = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  error.code === 'ERR_MODULE_NOT_FOUND' &&
  // What is a package was never there.
  error.message.startsWith("Cannot find module '")

export const errorWords = (error: unknown): string => {
  if (isReplaced(error)) return UPDATED
  return error instanceof Error ? error.message : String(error)
}
