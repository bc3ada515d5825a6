import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findConfig, isSetting, readConfig, setConfig } from '../../src/workspace/config.ts'

let dir: string
let file: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ithaca-config-'))
  file = join(dir, 'config.toml')
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const refused = (text: string): string => {
  writeFileSync(file, text)
  try {
    readConfig(file)
    return 'accepted'
  } catch (error) {
    return (error as Error).message.replaceAll(`${file}, `, '')
  }
}

test.each([
  ['[owner]\ntimezone = "Tokyo"\n', /^line 2: 'owner.timezone' .*; did you mean Asia\/Tokyo\?$/],
  ['[screen]\ntheme = 5\n', /^line 2: 'screen.theme' /],
  ['[owner]\ntimezone = "Mars"\n', `line 2: 'owner.timezone' is not a time zone such as "Europe/Berlin"`],
  ['\n\n[api]\nprt = 7\n', "line 4: 'api.prt' is not a setting"],
  ['reminders.quiet = "25:00-07:00"\n', `line 1: 'reminders.quiet' is not a span such as "22:00-07:00"`],
  [
    '[reminders]\n# a day\nday_start = "9"\n',
    `line 3: 'reminders.day_start' is not a time of day such as "09:00"`,
  ],
  ['[api]\nport = 0\nhost = 1\n', /^line 2: 'api.port' .*\nline 3: 'api.host' /],
  ['[owner\n', /^line 1: /],
  ['[reminders]\nquiet = "22:00-07:00"\nday_start = "08:30"\n', 'accepted'],
])('%j', (text, said) => {
  if (typeof said === 'string') expect(refused(text)).toBe(said)
  else expect(refused(text)).toMatch(said)
})

test('one setting is changed and the rest of the file stays as it was written', () => {
  writeFileSync(file, '# mine\n[owner]\ntimezone = "Europe/Berlin" # home\n')
  setConfig(file, 'api.port', 7321)
  expect(readFileSync(file, 'utf8')).toContain('# mine\n[owner]\ntimezone = "Europe/Berlin" # home\n')
  expect(readConfig(file).api.port).toBe(7321)
  expect(() => setConfig(file, 'api.port', 'x')).toThrow("'api.port'")
  expect(readConfig(file).api.port).toBe(7321)
  setConfig(file, 'api.port', null)
  expect(readConfig(file).api.port).toBeUndefined()
})

test('a theme that there is not is refused where it is set, and taken as auto where it stands already', () => {
  writeFileSync(file, '[screen]\nmouse = true\ntheme = "high-contrast"\n')
  expect(findConfig(file)).toMatchObject({
    config: { screen: { mouse: true, theme: 'auto' } },
    problem: `${file}, line 3: 'screen.theme' is no theme; there are auto and contrast. It is taken as 'auto'.`,
  })
  expect(() => setConfig(file, 'screen.theme', 'purple')).toThrow("'screen.theme' is no theme")
  setConfig(file, 'api.port', 7321)
  setConfig(file, 'screen.mouse', false)
  expect(readFileSync(file, 'utf8')).toContain('theme = "high-contrast"\n')
  setConfig(file, 'screen.theme', 'contrast')
  expect(findConfig(file)).toMatchObject({
    config: { api: { port: 7321 }, screen: { theme: 'contrast' } },
    problem: null,
  })
})

test('a setting that is not set is one all the same', () => {
  expect(['owner.name', 'owner.timezone', 'notify.ntfy.url', 'api'].map(isSetting)).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(['owner.zone', 'nope', 'api.port.x', ''].map(isSetting)).toEqual([false, false, false, false])
})

test('a file that cannot be written is named with the reason, and stays as it was', () => {
  setConfig(file, 'api.port', 7321)
  mkdirSync(`${file}.new`)
  expect(() => setConfig(file, 'api.port', 7322)).toThrow(`${file} cannot be written: it is a folder.`)
  expect(readConfig(file).api.port).toBe(7321)
})
