import { statSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { Changes } from '../../store/changes.ts'
import { Problem } from '../contract/problem.ts'
import { type Config, effectOf, type Found, findConfig } from './config.ts'

/** The config of an open workspace, which follows its file. */
export interface Settings {
  readonly config: Config
  /** What is wrong with the file as it is now, and what of it waits for the next start. */
  readonly problem: string | null
  readonly waiting: readonly string[]
  /** Reads the file again if it is another one than before: what was right before holds while it is wrong. */
  look(): void
}

type Sections = Record<string, Record<string, unknown>>

export const openSettings = (file: string, changes: () => Changes): Settings => {
  const { config, problem: atFirst } = findConfig(file)
  const sections = config as unknown as Sections
  const atStart = structuredClone(sections)
  let seen = markOf(file)
  let problem = atFirst
  let waiting: string[] = []

  const of = { noun: 'config', id: 'config' }
  /** The file is its owner's: whoever wrote it is who it was changed by. */
  const note = (changed: string[]): void => {
    const [summary, data] = [saidOf(changed, waiting), { changed, waiting }]
    changes().write({ actor: 'operator' }, tx => tx.say({ action: 'config.changed', ...of, summary, data }))
  }
  const refuse = (summary: string): void => {
    changes().mention({ actor: 'ithaca', action: 'config.refused', ...of, summary, data: { problem } })
  }

  /** Whoever holds a section goes on holding it: its values change, not itself. */
  const take = (fresh: Sections): string[] => {
    const changed: string[] = []
    waiting = []
    for (const [name, section] of Object.entries(sections))
      for (const key of new Set([...Object.keys(section), ...Object.keys(fresh[name]!)])) {
        const value = fresh[name]![key]
        if (effectOf(`${name}.${key}`) === 'start') {
          if (!isDeepStrictEqual(value, atStart[name]![key])) waiting.push(`${name}.${key}`)
        } else if (!isDeepStrictEqual(value, section[key])) {
          changed.push(`${name}.${key}`)
          section[key] = value
        }
      }
    return changed
  }

  return {
    config,
    get problem() {
      return problem
    },
    get waiting() {
      return waiting
    },
    look() {
      const mark = markOf(file)
      if (mark === seen) return
      seen = mark
      const before = { problem, waiting }
      let fresh: Found
      try {
        fresh = findConfig(file)
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        problem = error.message
        return refuse(`The settings hold as they were: ${problem}`)
      }
      const changed = take(fresh.config as unknown as Sections)
      problem = fresh.problem
      const mended = before.problem !== null && problem === null
      if (changed.length > 0 || mended || !isDeepStrictEqual(before.waiting, waiting)) note(changed)
      if (problem !== null) refuse(`Not all of the settings is taken: ${problem}`)
    },
  }
}

const saidOf = (changed: string[], waiting: string[]): string =>
  [
    ...(changed.length > 0 ? [`In effect: ${changed.join(', ')}`] : []),
    ...(waiting.length > 0
      ? [`${changed.length > 0 ? 'at' : 'At'} the next start: ${waiting.join(', ')}`]
      : []),
  ].join('; ') || 'The settings are as they were at the start'

/** Editors and `config set` put another file in its place, so its number counts too. */
const markOf = (file: string): string => {
  try {
    const found = statSync(file, { throwIfNoEntry: false })
    return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : ''
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code)
  }
}
