import type { Command } from 'commander'
import { Problem } from '../contract/problem.ts'
import { workspace } from '../contract/workspace.ts'
import type { Around } from './program.ts'

/** The config file of this machine's workspace. */
export interface Settings {
  path(): Promise<string>
  read(): Promise<Record<string, unknown>>
  has(key: string): Promise<boolean>
  /** Null takes the key out, so that its default holds again. */
  set(key: string, value: unknown): Promise<Record<string, unknown>>
  /** What runs already and does not feel a change of this setting yet; null where there is nothing to wait for. */
  waitsFor(key: string): Promise<'start' | 'screen' | null>
}

export const addConfig = (program: Command, around: Around, settings: Settings): void => {
  const config = program.command('config').description('The settings of this workspace')
  config
    .command('path')
    .description('Where the file is')
    .action(async () => around.print(await settings.path()))
  config
    .command('get [key]')
    .description('One setting, or all, with their defaults')
    .action(async (key: string | undefined) => {
      if (key !== undefined && !(await settings.has(key)))
        throw new Problem('not_found', `There is no setting '${key}'; 'ithaca config get' shows them.`)
      const value = pick(await settings.read(), key)
      around.print(
        typeof value === 'string' && !around.json() ? value : JSON.stringify(value ?? null, null, 2),
      )
    })
  config
    .command('set <key> [value]')
    .description('Sets one; without a value its default holds again')
    .action(async (key: string, value: string | undefined) => {
      const waits = (await settings.has(key)) ? await settings.waitsFor(key) : null
      // Whoever has the workspace open when the file changes notes it in the trail; settings may be why nobody can.
      const client = await around.client().catch(() => null)
      const now = await settings.set(key, value === undefined ? null : asValue(value))
      await client?.call(workspace.status, {}).catch(() => null)
      around.print(
        around.json()
          ? JSON.stringify({ key, value: pick(now, key) ?? null })
          : `${key} = ${JSON.stringify(pick(now, key) ?? null)}`,
      )
      if (!around.json() && waits) around.print(WAITING[waits])
    })
}

const WAITING = {
  start: 'It takes effect at the next start: ithaca down && ithaca up --detach',
  screen: 'It takes effect when a screen is opened next.',
}

const pick = (all: Record<string, unknown>, key: string | undefined): unknown => {
  let node: unknown = all
  for (const part of key?.split('.') ?? []) {
    node = (node as Record<string, unknown> | undefined)?.[part]
  }
  return node
}

/** `true`, `7000` and `["a"]` are what they look like; everything else is text. */
const asValue = (text: string): unknown => {
  if (!/^(true|false|-?\d+(\.\d+)?|[[{].*)$/s.test(text)) return text
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
