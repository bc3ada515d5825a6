import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { editingIn, Unsaved, unsavedWords, untouched } from '../../../views/shell/unsaved.ts'
import { bornOf } from '../../../views/shell/writer.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'unsaved-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const textsOf = (unsaved: Unsaved) => unsaved.all.map(({ text }) => text)

test('what was kept is there until the disk has taken what takes its place', () => {
  const unsaved = new Unsaved(folder, 'ithaca')
  unsaved.keep('todo 1', 'md', 'one')
  const about = readdirSync(folder).find(name => name.endsWith('.json'))!
  // Nothing is written where a folder has the name.
  mkdirSync(join(folder, `${about}.part`))
  unsaved.keep('todo 1', 'md', 'two')
  expect(textsOf(unsaved)).toEqual(['two'])
  expect(unsaved.get('todo 1')?.file).toBe(null)
  expect(textsOf(new Unsaved(folder, 'ithaca'))).toEqual(['one'])
  unsaved.drop('todo 1')
  expect(textsOf(unsaved)).toEqual([])
  expect(textsOf(new Unsaved(folder, 'ithaca'))).toEqual([])
})

test('a text that the disk took only half of leaves nothing there', () => {
  const unsaved = new Unsaved(folder, 'ithaca')
  unsaved.keep('todo 1', 'md', 'one')
  const about = readdirSync(folder).find(name => name.endsWith('.json'))!
  unsaved.drop('todo 1')
  mkdirSync(join(folder, about))
  unsaved.keep('todo 1', 'md', 'one')
  expect(textsOf(unsaved)).toEqual(['one'])
  expect(readdirSync(folder)).toEqual([about])
})

test('a text that comes back in another form takes the place of the one before', () => {
  const unsaved = new Unsaved(folder, 'ithaca')
  unsaved.keep('todo 1', 'md', 'one')
  unsaved.keep('todo 1', 'txt', 'two')
  expect(textsOf(unsaved)).toEqual(['two'])
  expect(readdirSync(folder)).toHaveLength(2)
})

/** Has another process have written what is kept here. */
function writtenBy(pid: number, born: string): void {
  const name = join(folder, readdirSync(folder).find(one => one.endsWith('.json'))!)
  writeFileSync(name, JSON.stringify({ ...JSON.parse(readFileSync(name, 'utf8')), pid, born }))
}

test('what another screen that is open has is not told as left over; what it left is', async () => {
  const [unsaved, other] = [new Unsaved(folder, 'ithaca'), spawn('sleep', ['30'])]
  await once(other, 'spawn')
  unsaved.keep('form text 1', 'txt', 'bring wine')
  writtenBy(other.pid!, bornOf(other.pid!) ?? '')
  expect(unsavedWords(folder, 'ithaca')).toBe('')
  other.kill()
  await once(other, 'exit')
  expect(textsOf(unsaved)).toEqual(['bring wine'])
})

test('a process that got the number of the one that wrote a text did not write it', () => {
  const unsaved = new Unsaved(folder, 'ithaca')
  unsaved.keep('form text 1', 'txt', 'bring wine')
  writtenBy(process.ppid, 'long ago')
  expect(textsOf(unsaved)).toEqual(bornOf(process.ppid) === undefined ? [] : ['bring wine'])
})

test('a text of another workspace is told as one, opened by no key and thrown away as it', () => {
  const [here, there] = ['ithaca', 'ithaca --remote ssh://box'].map(one => new Unsaved(folder, one))
  there!.keep('new document', 'md', 'theirs')
  expect(here!.get('new document')).toBe(undefined)
  expect(here!.all).toMatchObject([{ text: 'theirs', reopens: false, of: 'ithaca --remote ssh://box' }])
  expect(unsavedWords(folder, 'ithaca')).toMatch(
    /^What you wrote is not saved yet:\n {2}\S+\.md \(of 'ithaca --remote ssh:\/\/box'\)\n$/,
  )
  here!.keep('new document', 'md', 'ours')
  expect(there!.get('new document')?.text).toBe('theirs')
  here!.throwAway(here!.all.find(({ of }) => of !== null))
  expect(textsOf(there!)).toEqual(['ours'])
  expect(here!.get('new document')?.text).toBe('ours')
})

test('what an editor of an earlier process of our own number left is found', () => {
  const [unsaved, ours] = [new Unsaved(folder, 'ithaca'), editingIn(folder)!]
  const begin = (within: string) => {
    const at = mkdtempSync(within)
    writeFileSync(join(at, untouched), '')
    writeFileSync(join(at, 'text.md'), 'bring wine')
  }
  begin(ours)
  expect(textsOf(unsaved)).toEqual([])
  begin(ours.replace(/\d+-$/, '1-'))
  expect(textsOf(unsaved)).toEqual(['bring wine'])
  unsaved.throwAway(unsaved.all[0])
  expect(readdirSync(folder)).toHaveLength(1)
})
