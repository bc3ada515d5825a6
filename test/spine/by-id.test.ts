import { expect, test } from 'vitest'
import { byId } from '../../store/by-id.ts'

const ids = ['aaaa1111', 'aaaa2222', 'bbbb3333', 'bbbb3333-more']
const rows = {
  get: (id: string) => ids.find(each => each === id),
  startingWith: (prefix: string) => ids.filter(each => each.startsWith(prefix)),
}
const find = (id: string) => byId(rows, { one: 'todo', many: 'todos' }, id)

test('a whole id wins, a beginning finds what alone has it, and what is too short finds nothing', () => {
  expect(find('bbbb3333')).toBe('bbbb3333')
  expect(find('aaaa1')).toBe('aaaa1111')
  expect(() => find('aaaa')).toThrow("Several todos begin with 'aaaa'")
  for (const id of ['aaa', '', '%', 'cccc']) expect(() => find(id)).toThrow(`There is no todo '${id}'`)
})
