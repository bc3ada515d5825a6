import { text as readAll } from 'node:stream/consumers'
import type { Command } from 'commander'
import type * as z from 'zod'
import type { Client } from '../client/client.ts'
import { capabilities } from '../contract/codex/capabilities.ts'
import { Problem } from '../contract/problem.ts'
import type { Route } from '../contract/route.ts'
import { doneWords } from './done.ts'
import { hasMoments, tellTimesIn } from './moment.ts'
import { showOf } from './shown.ts'
import { card, table } from './table.ts'
import { asTyped } from './typed.ts'
import { asCommand } from './words.ts'

export interface Surroundings {
  client(): Promise<Client>
  print(text: string): void
  json(): boolean
  stdin: NodeJS.ReadStream
  columns(): number
}

/** A noun's routes as verbs: `todos.add` becomes `ithaca todos add`. Fields become words and options. */
export const addVerbs = (
  program: Command,
  noun: string,
  routes: readonly Route[],
  around: Surroundings,
): void => {
  for (const route of routes) {
    if (!route.cli) continue
    const group = program.commands.find(command => command.name() === noun) ?? program.command(noun)
    const [, verb] = route.id.split('.') as [string, string]
    addVerb(group.command(verb), route, around)
  }
}

export const addVerb = (command: Command, route: Route, around: Surroundings): void => {
  const fields = route.in.shape as Record<string, z.ZodType>
  const words = route.cli?.words ?? []
  command.description(route.summary)
  for (const word of words) {
    const name = word.replace('…', '')
    const needed = !fields[name]?.safeParse(undefined).success && name !== route.cli?.stdin
    const shown = word.endsWith('…') ? `${name}...` : name
    command.argument(needed ? `<${shown}>` : `[${shown}]`)
  }
  const named = words.map(word => word.replace('…', ''))
  for (const [name, schema] of Object.entries(fields)) {
    if (named.includes(name)) continue
    addOption(command, name, schema)
  }
  command.action(async (...given: unknown[]) => {
    const options = command.opts() as Record<string, unknown>
    const input: Record<string, unknown> = {}
    for (const [index, name] of named.entries()) {
      const value = given[index]
      if (Array.isArray(value) ? value.length > 0 : value !== undefined)
        input[name] = !Array.isArray(value) ? value : name === 'cmd' ? asCommand(value) : value.join(' ')
    }
    for (const [name, schema] of Object.entries(fields)) {
      const value = options[camel(name)]
      if (value === undefined) continue
      input[name] = value === false && !isFlag(schema) ? null : kind(schema) === 'tuple' ? pair(value) : value
    }
    await fillFromStdin(route, input, around)
    const client = await around.client()
    const said = asTyped(route, input)
    await show(route, await client.call(route, said as never), around, said)
  })
}

const addOption = (command: Command, name: string, schema: z.ZodType): void => {
  const flag = name.replaceAll('_', '-')
  const help =
    schema.description ?? (schema as { def?: { innerType?: z.ZodType } }).def?.innerType?.description ?? ''
  if (isFlag(schema)) {
    command.option(`--${flag}`, help)
    command.option(`--no-${flag}`)
    return
  }
  if (isList(schema))
    command.option(
      `--${flag} <${name}>`,
      `${help} (may be given several times)`.trim(),
      (value: string, before: string[] = []) => [...before, value],
    )
  else if (kind(schema) === 'record')
    command.option(
      `--${flag} <NAME=value>`,
      `${help} (may be given several times)`.trim(),
      (value: string, before: Record<string, string> = {}) => ({ ...before, ...setting(value) }),
    )
  else command.option(`--${flag} <${name}>`, help)
  if (schema.safeParse(null).success) command.option(`--no-${flag}`, `clears ${name}`)
}

/** The innermost kind of a field, with optional, default and the like taken off. */
const kind = (schema: z.ZodType): string => {
  let inner = schema as unknown as { def: { type: string; innerType?: never; out?: never; in?: never } }
  for (let depth = 0; depth < 8; depth++) {
    const { type, innerType, out } = inner.def
    if (innerType) inner = innerType
    else if (type === 'pipe' && out && (out as { def: { type: string } }).def.type !== 'transform')
      inner = out
    else return inner.def.in && type === 'pipe' ? kind(inner.def.in) : type
  }
  return inner.def.type
}

const isFlag = (schema: z.ZodType): boolean => kind(schema) === 'boolean'
/** A list that cannot be written as one comma-separated word. */
const isList = (schema: z.ZodType): boolean => kind(schema) === 'array' && !schema.safeParse('').success

const setting = (text: string): Record<string, string> => {
  const at = text.indexOf('=')
  if (at < 1) throw new Problem('invalid', `'${text}' is not NAME=value.`)
  return { [text.slice(0, at)]: text.slice(at + 1) }
}

/** `8000-8099` is a pair of numbers. */
const pair = (value: unknown): unknown =>
  typeof value === 'string'
    ? value.split(/[-,:]/).map(part => (part.trim() === '' ? part : Number(part)))
    : value

const camel = (name: string): string =>
  name.replace(/[_-](\w)/g, (_whole, letter: string) => letter.toUpperCase())

/**
 * `-` is standard input, once. Without it only the text a command is all about is read from there: a loop that reads its
 * lines from the same place must not lose them to an optional field.
 */
const fillFromStdin = async (
  route: Route,
  input: Record<string, unknown>,
  { stdin }: Surroundings,
): Promise<void> => {
  const asked = Object.keys(input).find(name => input[name] === '-')
  const wanted = route.cli?.stdin
  if (asked) {
    const said = await readAll(stdin)
    if (said === '') throw new Problem('invalid', `'-' reads ${asked} from standard input, which is empty.`)
    input[asked] = said.replace(/\n$/, '')
  } else if (wanted && input[wanted] === undefined && !stdin.isTTY && (await speaks(stdin))) {
    const said = (await readAll(stdin)).replace(/\n$/, '')
    if (said !== '') input[wanted] = said
  }
}

const SILENCE = 500

/** A file says something; a pipe that nobody writes to or closes is not waited for. */
const speaks = async (stdin: NodeJS.ReadStream): Promise<boolean> => {
  const { fstatSync } = await import('node:fs')
  try {
    const stat = fstatSync((stdin as { fd?: number }).fd ?? 0)
    if (stat.isFile()) return true
    if (!stat.isFIFO() && !stat.isSocket()) return false
  } catch {
    // A closed descriptor says nothing.
    return false
  }
  return new Promise(resolve => {
    const settle = (heard: boolean): void => {
      clearTimeout(timer)
      stdin.off('readable', heardIt)
      if (!heard) stdin.unref()
      resolve(heard)
    }
    const heardIt = (): void => settle(true)
    const timer = setTimeout(settle, SILENCE, false)
    stdin.once('readable', heardIt)
  })
}

export const show = async (
  route: Route,
  value: unknown,
  around: Surroundings,
  given: Record<string, unknown> = {},
): Promise<void> => {
  if (around.json()) {
    around.print(JSON.stringify(value, null, 2))
    return
  }
  if (hasMoments(value)) {
    const { timezone } = await (await around.client()).call(capabilities, {})
    tellTimesIn(timezone)
  }
  const special = showOf(route)
  if (special) {
    around.print(special(value as never, around.columns()))
    return
  }
  const done = doneWords(route, given)
  if (done !== undefined) {
    around.print(done)
    return
  }
  const { rows, columns } = route.cli ?? {}
  if (rows && columns) {
    around.print(
      table((value as Record<string, Record<string, unknown>[]>)[rows] ?? [], columns, around.columns()),
    )
    return
  }
  around.print(card(flat(value as Record<string, unknown>)))
}

/** `{todo: {...}, understood: {...}}` reads better as the todo, then how its words were understood. */
const flat = (value: Record<string, unknown>): Record<string, unknown> => {
  const entries = Object.entries(value ?? {})
  const single = entries.filter(([, inner]) => inner && typeof inner === 'object' && !Array.isArray(inner))
  const lists = entries.filter(([, inner]) => Array.isArray(inner))
  const given = entries.filter(([, inner]) => inner !== undefined)
  if (single.length === 0 || single.length + lists.length !== given.length) return value
  const [[, main], ...others] = single as [[string, Record<string, unknown>], ...[string, unknown][]]
  return { ...main, ...Object.fromEntries([...others, ...lists]) }
}
