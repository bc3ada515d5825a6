import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Unsaved } from '../../../views/shell/unsaved.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsaved-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const textsOf = (unsaved: Unsaved) => unsaved.all.map(({ text }) => text)

test('what was kept is there until the disk has taken what takes its place', () => {
  const unsaved = new Unsaved(folder)
  unsaved.keep('todo 1', 'md', 'one')
  const about = readdirSync(folder).find(name => name.endsWith('.json'))!
  // Nothing is written where a folder has the name.
  mkdirSync(join(folder, `${about}.part`))
  unsaved.keep('todo 1', 'md', 'two')
  expect(textsOf(unsaved)).toEqual(['two'])
  expect(unsaved.get('todo 1')?.file).toBe(null)
  expect(textsOf(new Unsaved(folder))).toEqual(['one'])
  unsaved.drop('todo 1')
  expect(textsOf(unsaved)).toEqual([])
  expect(textsOf(new Unsaved(folder))).toEqual([])
})

test('a text that the disk took only half of leaves nothing there', () => {
  const unsaved = new Unsaved(folder)
  unsaved.keep('todo 1', 'md', 'one')
  const about = readdirSync(folder).find(name => name.endsWith('.json'))!
  unsaved.drop('todo 1')
  mkdirSync(join(folder, about))
  unsaved.keep('todo 1', 'md', 'one')
  expect(textsOf(unsaved)).toEqual(['one'])
  expect(readdirSync(folder)).toEqual([about])
})

test('a text that comes back in another form takes the place of the one before', () => {
  const unsaved = new Unsaved(folder)
  unsaved.keep('todo 1', 'md', 'one')
  unsaved.keep('todo 1', 'txt', 'two')
  expect(textsOf(unsaved)).toEqual(['two'])
  expect(readdirSync(folder)).toHaveLength(2)
})
