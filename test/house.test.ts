import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const files = ['src', 'views', 'store'].flatMap(folder =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter(name => /\.tsx?$/.test(name))
    .map(name => join(folder, name)),
)
const sources = new Map(files.map(file => [file, readFileSync(join(root, file), 'utf8')]))

/** From the roof down. A room may use the rooms below it, and its own. */
const NOUNS = ['todos', 'calendar', 'mail', 'memory', 'documents', 'access', 'notify', 'cookbook', 'search']
const rank = (room: string): number => {
  if (room === 'main') return 100
  if (room === 'views' || room === 'cli') return 90
  if (room === 'client') return 80
  if (room === 'connect') return 90
  if (room === 'api') return 80
  if (room === 'workspace') return 70
  if (NOUNS.includes(room)) return 60
  if (room === 'demo') return 60
  if (['sessions', 'logs', 'models', 'gpus'].includes(room)) return 50
  if (room === 'hosts') return 40
  if (room === 'store') return 30
  if (room === 'net' || room === 'secrets') return 28
  if (room === 'time') return 25
  if (room === 'contract') return 20
  throw new Error(`no place in the house for '${room}': give it a rank`)
}

const SCREEN = new Set(['views', 'cli', 'client'])
const ENGINE = new Set([
  'api',
  'workspace',
  ...NOUNS,
  'demo',
  'sessions',
  'logs',
  'models',
  'gpus',
  'hosts',
  'net',
  'secrets',
  'store',
])

const roomOf = (file: string): string => {
  const [top, second] = file.split('/') as [string, string]
  if (top !== 'src') return top
  return second.endsWith('.ts') ? 'main' : second
}

const imports = (file: string): { target: string; typeOnly: boolean }[] =>
  [
    ...sources
      .get(file)!
      .matchAll(
        /(?:^|\n)\s*(import|export)\s+(type\s)?[^'"\n;]*?(?:\{[^}]*\}[^'"\n;]*)?from\s+'([^']+)'|import\('([^']+)'\)/g,
      ),
  ]
    .map(found => ({ target: found[3] ?? found[4]!, typeOnly: found[2] !== undefined }))
    .filter(found => found.target.startsWith('.'))
    .map(found => ({ ...found, target: relative(root, resolve(root, dirname(file), found.target)) }))

test('every room imports only downwards, and the two wings meet in the contract alone', () => {
  const wrong: string[] = []
  for (const file of files) {
    const from = roomOf(file)
    for (const { target } of imports(file)) {
      const to = roomOf(target)
      if (from === to) continue
      if (rank(from) <= rank(to)) wrong.push(`${file} → ${target} goes up or across`)
      if (SCREEN.has(from) && ENGINE.has(to)) wrong.push(`${file} → ${target} joins the wings`)
      if (NOUNS.includes(from) && NOUNS.includes(to)) wrong.push(`${file} → ${target}: a noun inside another`)
    }
  }
  expect(wrong).toEqual([])
})

const outside = (pattern: RegExp, rooms: string[]): string[] =>
  files.filter(file => !rooms.includes(roomOf(file)) && pattern.test(sources.get(file)!))

test('only store speaks SQL', () => {
  expect(
    outside(/\b(SELECT\s+[\w*(]|INSERT INTO|DELETE FROM|UPDATE \w+ SET|CREATE TABLE)/, ['store']),
  ).toEqual([])
})

test('only api speaks HTTP to callers, only views speak Ink, only hosts speak SSH', () => {
  expect(outside(/from 'hono/, ['api'])).toEqual([])
  expect(outside(/from '(ink|react|ink-text-input)'/, ['views'])).toEqual([])
  expect(outside(/from 'ssh2'|import\('ssh2'\)/, ['hosts'])).toEqual([])
})

test('no file is so long that it has two subjects', () => {
  const long = files
    .map(file => [file, sources.get(file)!.split('\n').length] as const)
    .filter(([, lines]) => lines > 450)
  expect(long).toEqual([])
})

test('no folder is called utils, nothing says of itself that it is unfinished', () => {
  expect(files.filter(file => /\/(utils?|helpers?|misc|common)[/.]/.test(file))).toEqual([])
  expect(outside(/\b(TODO|FIXME|XXX|HACK)\b(?!s)/, [])).toEqual([])
})

test('an installed Ithaca brings what it uses, and builds nothing that it does not', () => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const text = [...sources.values()].join('\n')
  const imported = (name: string): boolean => new RegExp(`(from |import\\()'${name}(/[^']*)?'`).test(text)
  const built = Object.keys(dependencies).filter(name => packages[`node_modules/${name}`].hasInstallScript)
  expect(built.filter(name => !imported(name))).toEqual([])
  expect(Object.keys(devDependencies).filter(imported)).toEqual([])
})
