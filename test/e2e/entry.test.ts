import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const named = (file: string, call: 'require' | 'import'): string[] =>
  [...readFileSync(`dist/${file}`, 'utf8').matchAll(new RegExp(`\\b${call}\\("([^"]+)"\\)`, 'g'))]
    .map(([, name]) => name!)
    .filter((name, at, all) => all.indexOf(name) === at)
    .sort()

test('before the first frame nothing is loaded that takes long, and --version loads nothing', () => {
  expect(named('main.js', 'require').filter(name => name.startsWith('.'))).toEqual(['./enter.js'])
  expect(named('main.js', 'import')).toEqual(['./old-node.mjs'])
  const cheap = ['events', 'fs', 'module', 'os', 'path', 'stream', 'string_decoder'].map(
    name => `node:${name}`,
  )
  expect(cheap).toEqual(expect.arrayContaining(named('enter.js', 'require')))
  expect(named('enter.js', 'import')).toEqual(['./door.mjs'])
})
