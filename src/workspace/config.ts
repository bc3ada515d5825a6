import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { parse, stringify, TomlError } from 'smol-toml'
import * as z from 'zod'
import { fileTrouble } from '../contract/file-trouble.ts'
import { issueWords } from '../contract/issue.ts'
import { Problem } from '../contract/problem.ts'
import { meantZone } from '../time/zone-names.ts'

const zoneName = z.string().refine(isZone, {
  error: ({ input }) => `is not a time zone${meantZone(String(input)) || ' such as "Europe/Berlin"'}`,
})

/** How the screen can be coloured. */
const THEMES = ['auto', 'contrast']
const NO_THEME = `is no theme; there are ${THEMES.join(' and ')}`

const TIME = /^(?:[01]\d|2[0-3]):[0-5]\d$/
const TIMES = /^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$/

/** Every key the config file may hold. What is missing has its default here and nowhere else. */
export const Config = z.strictObject({
  owner: z.strictObject({ timezone: zoneName.optional(), name: z.string().max(100).optional() }).prefault({}),
  api: z
    .strictObject({
      port: z.number().int().min(1).max(65535).optional(),
      host: z.string().default('127.0.0.1'),
      /** Requests a second that one token may make on average, and how many at once. */
      rate: z.number().min(1).max(100_000).default(200),
      burst: z.number().int().min(1).max(100_000).default(400),
      max_body: z.number().int().min(1024).default(10_000_000),
    })
    .prefault({}),
  reminders: z
    .strictObject({
      channels: z.array(z.string()).default(['events', 'terminal']),
      /** When a day without a time rings. */
      day_start: z.string().regex(TIME, 'is not a time of day such as "09:00"').default('09:00'),
      /** `22:00-07:00`: what falls inside waits until its end. */
      quiet: z.string().regex(TIMES, 'is not a span such as "22:00-07:00"').optional(),
      event_lead: z.number().int().min(0).max(10_080).default(10),
    })
    .prefault({}),
  notify: z
    .strictObject({
      command: z.array(z.string()).min(1).optional(),
      ntfy: z
        .strictObject({
          url: z.url().default('https://ntfy.sh'),
          topic: z.string().min(1),
          token: z.string().optional(),
          priority: z.number().int().min(1).max(5).default(4),
        })
        .optional(),
      webhook: z
        .strictObject({
          url: z.url(),
          template: z.string().optional(),
          headers: z.record(z.string(), z.string()).default({}),
        })
        .optional(),
      email: z.strictObject({ to: z.string().optional(), account: z.string().optional() }).optional(),
      /** Also refuse private address ranges as targets. */
      block_private: z.boolean().default(false),
    })
    .prefault({}),
  calendar: z
    .strictObject({
      /** How often calendar servers are asked for news. What is changed here is sent at once. */
      sync_minutes: z.number().min(0.1).max(1440).default(10),
    })
    .prefault({}),
  hosts: z
    .strictObject({
      /** Read instead of ~/.ssh/config and the machine's own. */
      ssh_config: z.string().optional(),
      /** Where trusted keys are filed, instead of the first file that ssh would look into. */
      known_hosts: z.string().optional(),
    })
    .prefault({}),
  cookbook: z
    .strictObject({
      modules: z.array(z.string()).default([]),
      script_dirs: z.array(z.string()).default([]),
      log_days: z.number().int().min(1).default(30),
      log_bytes: z.number().int().min(1_000_000).default(20_000_000_000),
    })
    .prefault({}),
  screen: z
    .strictObject({
      theme: z
        .string()
        .refine(name => THEMES.includes(name), NO_THEME)
        .default('auto'),
      ascii: z.boolean().default(false),
      mouse: z.boolean().default(false),
      read_only: z.boolean().default(false),
      open: z.string().optional(),
      keys: z.record(z.string(), z.union([z.string(), z.array(z.string())])).default({}),
    })
    .prefault({}),
})
export type Config = z.output<typeof Config>

/** When a change of a setting is felt by what runs already. */
export type Effect = 'now' | 'screen' | 'start'

const AT_START = /^(api\.(port|host)|owner\.name|hosts(\..*)?)$/

export const effectOf = (key: string): Effect =>
  AT_START.test(key) ? 'start' : /^screen\.(ascii|open)$/.test(key) ? 'screen' : 'now'

/** Whether there is such a setting, set or not. */
export const isSetting = (key: string): boolean => {
  let schema: z.ZodType | undefined = Config
  for (const part of key.split('.')) {
    schema = schema && bare(schema)
    if (schema instanceof z.ZodRecord) return true
    schema = schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>)[part] : undefined
  }
  return schema !== undefined
}

const bare = (schema: z.ZodType): z.ZodType => {
  const { innerType, in: inner } = schema.def as { innerType?: z.ZodType; in?: z.ZodType }
  const within = innerType ?? inner
  return within ? bare(within) : schema
}

export function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

let found: string | undefined

export const systemZone = (): string => {
  found ??= Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
  return found
}

export interface Found {
  config: Config
  /** What of the file was not taken, and why; null where all of it was. */
  problem: string | null
}

export const readConfig = (file: string): Config => findConfig(file).config

export const findConfig = (file: string): Found => {
  const text = textOf(file)
  if (text === null) return { config: Config.parse({}), problem: null }
  const raw = rawConfig(file, text)
  const problem = spareTheme(file, text, raw)
  return { config: checked(file, text, raw), problem }
}

/** A colour that there is not is no reason to stay shut: it is taken out, and told. */
const spareTheme = (file: string, text: string, { screen }: Record<string, unknown>): string | null => {
  const { theme } = (screen ?? {}) as { theme?: unknown }
  if (typeof theme !== 'string' || THEMES.includes(theme)) return null
  delete (screen as { theme?: string }).theme
  return `${wrongAt(file, text, ['screen', 'theme'], NO_THEME)}. It is taken as 'auto'.`
}

const textOf = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    throw new Problem('invalid', `${file} cannot be read: ${code ?? message}.`)
  }
}

const rawConfig = (file: string, text: string): Record<string, unknown> => {
  try {
    return parse(text) as Record<string, unknown>
  } catch (error) {
    if (error instanceof TomlError)
      throw new Problem('invalid', `${file}, line ${error.line}: ${error.message.split('\n')[0]}`)
    throw error
  }
}

const checked = (file: string, text: string, raw: unknown): Config => {
  const result = Config.safeParse(raw)
  if (result.success) return result.data
  const lines = result.error.issues.flatMap(issue => {
    const paths =
      issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...issue.path, key]) : [[...issue.path]]
    return paths.map(path => {
      const what = issue.code === 'unrecognized_keys' ? 'is not a setting' : issueWords(issue)
      return wrongAt(file, text, path.map(String), what)
    })
  })
  throw new Problem('invalid', lines.join('\n'))
}

const wrongAt = (file: string, text: string, path: string[], what: string): string => {
  const line = lineOf(text, path)
  return `${file}${line ? `, line ${line}` : ''}: '${path.join('.')}' ${what}`
}

/** The line a key stands on, for the tables and dotted keys people write. */
const lineOf = (text: string, path: string[]): number | null => {
  let table: string[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const header = line.match(/^\s*\[+\s*([^\]]+?)\s*\]+/)
    if (header) {
      table = header[1]!.split('.').map(unquote)
      if (startsWith(path, table) && path.length === table.length) return index + 1
      continue
    }
    const key = line.match(/^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=/)
    if (!key) continue
    const full = [...table, ...key[1]!.split('.').map(unquote)]
    if (startsWith(path, full)) return index + 1
  }
  return null
}

const unquote = (key: string): string => key.trim().replace(/^(["'])(.*)\1$/, '$2')
const startsWith = (path: string[], head: string[]): boolean =>
  head.every((part, index) => path[index] === part)

/** Sets one dotted key (null: takes it out), keeping the rest of the file as it was written; refuses what the schema refuses. */
export const setConfig = (file: string, key: string, value: unknown): Config => {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const raw = rawConfig(file, text)
  const path = key.split('.')
  let node = raw
  for (const part of path.slice(0, -1)) {
    const next = node[part]
    node[part] = next && typeof next === 'object' ? next : {}
    node = node[part] as Record<string, unknown>
  }
  if (value === null) delete node[path.at(-1)!]
  else node[path.at(-1)!] = value
  const fresh = edited(text, path, value, raw)
  if (key !== 'screen' && key !== 'screen.theme') spareTheme(file, fresh, raw)
  const config = checked(file, fresh, raw)
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    writeFileSync(`${file}.new`, fresh, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  } catch (error) {
    throw new Problem('unavailable', `${file} cannot be written: ${fileTrouble(error)}.`)
  }
  return config
}

/** The one line changed in place, comments and order kept; a layout too clever for that is written anew. */
const edited = (text: string, path: string[], value: unknown, wanted: Record<string, unknown>): string => {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const [table, name] = [path.slice(0, -1), path.at(-1)!]
  const entry = value === null ? [] : [stringify({ [name]: value }).trim()]
  const at = lineOf(text, path)
  const header = table.length === 0 ? 0 : lines.findIndex(line => line.trim() === `[${table.join('.')}]`)
  if (at !== null) lines.splice(at - 1, 1, ...entry)
  else if (header >= 0) lines.splice(table.length === 0 ? 0 : header + 1, 0, ...entry)
  else if (value !== null) lines.push(...(lines.length > 0 ? [''] : []), `[${table.join('.')}]`, ...entry)
  const fresh = `${lines.join('\n')}\n`
  try {
    if (isDeepStrictEqual(withoutEmpty(parse(fresh)), withoutEmpty(wanted))) return fresh
  } catch {
    // The edit broke a layout it did not understand.
  }
  return stringify(wanted)
}

const withoutEmpty = (value: unknown): unknown =>
  value && typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date)
    ? Object.fromEntries(
        Object.entries(value)
          .map(([key, inner]) => [key, withoutEmpty(inner)] as const)
          .filter(([, inner]) => !(inner && typeof inner === 'object' && Object.keys(inner).length === 0)),
      )
    : value
