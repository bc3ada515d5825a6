import { text } from './words.ts'

/** Where ssh is told to go: an alias of its config or a host name, as whom, and to which port. */
export interface Target {
  alias: string
  user: string | null
  port: number | null
}

const HOW = 'write an alias of your ssh config, host, user@host or user@host:port'

/** `user@host`, `host`, `host:port`, `[v6]:port`; a sentence where it names no host. What ssh could take for an option is refused. */
export const readTarget = (written: string): Target | string => {
  const trimmed = written.trim()
  if (trimmed === '') return `it is empty; ${HOW}`
  if (hasControls(trimmed)) return `it has control characters in it; ${HOW}`
  if (/\s/.test(trimmed)) return `it has spaces in it; ${HOW}`
  if (/(^|@)-/.test(trimmed)) return `ssh would take the dash for an option; ${HOW}`
  const match = /^(?:([^@\s:]+)@)?(?:\[([0-9a-fA-F:.%\w-]+)\]|([^@\s[\]]+?))(?::(\d{1,5}))?$/.exec(trimmed)
  const alias = match?.[2] ?? match?.[3]
  const user = match?.[1] ?? null
  if (!alias || !/^[\w.][\w.:%-]*$/.test(alias) || (user !== null && !/^[\w.][\w.\\-]*\$?$/.test(user)))
    return `ssh could not be told that; ${HOW}`
  const port = match?.[4] ? Number(match[4]) : null
  if (port !== null && (port < 1 || port > 65535)) return `there is no port ${port}: ports go from 1 to 65535`
  return { alias, user, port }
}

const hasControls = (said: string): boolean => /\p{Cc}/u.test(said)

export const target = () =>
  text(300)
    .transform(said => said.trim())
    .superRefine((said, ctx) => {
      const read = readTarget(said)
      if (typeof read === 'string') ctx.addIssue({ code: 'custom', message: read })
    })

/** What a host is called here: it is typed as a word of commands. */
export const hostName = () =>
  text(100)
    .transform(said => said.trim())
    .refine(said => said !== '', 'is empty')
    .refine(said => !hasControls(said), 'has control characters in it')
    .refine(said => !said.startsWith('-'), 'begins with a dash, as only options do')
