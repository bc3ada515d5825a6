import { expect, test } from 'vitest'
import { linksOf, shortLinks } from '../../../views/panes/mail/links.ts'

const counted = `https://shop.example/thing?utm_content=${'x'.repeat(200)}`

test('an address that counts its readers is cut in the text and whole where it is copied', () => {
  const line = `A link <${counted}>, then <https://short.example/a>.`
  const [first = ''] = /<[^>]*>/.exec(shortLinks(line, '…'))!
  expect(first).toHaveLength(62)
  expect(first).toMatch(/^<https:\/\/shop\.example\/thing\?utm_content=x+…>$/)
  expect(shortLinks(line, '…')).toContain('<https://short.example/a>.')
  expect(linksOf(`${line}\n${line} (https://good.example/x).`)).toEqual([
    counted,
    'https://short.example/a',
    'https://good.example/x',
  ])
})

test('whose address it is stays to be seen, however long its host', () => {
  const host = `https://good.example.${'a'.repeat(60)}.evil.example`
  expect(shortLinks(`<${host}/login?q=${'x'.repeat(90)}>`, '~')).toBe(`<${host}~>`)
})
