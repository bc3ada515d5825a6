import { domainToASCII } from 'node:url'

/** What one server found out about a mail (RFC 8601). */
export interface Results {
  /** The server, by the name it gives itself. */
  by: string
  results: { method: string; result: string; properties: Map<string, string> }[]
}

interface Word {
  name: string
  value: string | null
}

const LONGEST = 20_000
const BLANK = /\s/

/** Reads a field `Authentication-Results`; null where it is written in any way but the standard one. */
export const parseResults = (field: string): Results | null => {
  const segments = field.length > LONGEST ? null : segmentsOf(field)
  if (!segments) return null
  const [[id, version, ...more] = [], ...said] = segments
  if (!id || id.value !== null || more.length > 0) return null
  if (version && (version.value !== null || version.name !== '1')) return null
  const results: Results['results'] = []
  for (const [first, ...rest] of said) {
    if (!first) continue
    if (first.value === null) {
      if (first.name.toLowerCase() === 'none' && rest.length === 0) continue
      return null
    }
    if (rest.some(({ value }) => value === null)) return null
    results.push({
      method: first.name.toLowerCase().replace(/\/1$/, ''),
      result: first.value.toLowerCase(),
      properties: new Map(rest.map(({ name, value }) => [name.toLowerCase(), value!])),
    })
  }
  return { by: id.name.toLowerCase(), results }
}

/** The words between semicolons, without comments and quotes. */
const segmentsOf = (field: string): Word[][] | null => {
  const segments: Word[][] = [[]]
  let at = 0
  while (at < field.length) {
    const next = skipped(field, at)
    if (next === null) return null
    at = next
    if (at >= field.length) break
    if (field[at] === ';') {
      segments.push([])
      at += 1
      continue
    }
    const found = wordAt(field, at)
    if (!found) return null
    segments.at(-1)!.push(found.word)
    at = found.end
  }
  return segments
}

/** Past blanks and comments; null: one that never ends. */
const skipped = (field: string, from: number): number | null => {
  let depth = 0
  for (let at = from; at < field.length; at += 1) {
    const char = field[at]!
    if (char === '(') depth += 1
    else if (depth > 0) {
      if (char === ')') depth -= 1
      else if (char === '\\') at += 1
    } else if (!BLANK.test(char)) return at
  }
  return depth > 0 ? null : field.length
}

/** `name`, or `name=value` with blanks around the sign. */
const wordAt = (field: string, from: number): { word: Word; end: number } | null => {
  const name = textAt(field, from, true)
  if (!name || name.text === '') return null
  const sign = skipped(field, name.end)
  if (sign === null) return null
  if (field[sign] !== '=') return { word: { name: name.text, value: null }, end: name.end }
  const start = skipped(field, sign + 1)
  const value = start === null || name.quoted ? null : textAt(field, start, false)
  return value && { word: { name: name.text, value: value.text }, end: value.end }
}

const textAt = (
  field: string,
  from: number,
  named: boolean,
): { text: string; end: number; quoted: boolean } | null => {
  let text = ''
  let quoted = false
  let at = from
  for (; at < field.length; at += 1) {
    const char = field[at]!
    if (char === '"') {
      const end = quoteEnd(field, at + 1)
      if (end === null) return null
      text += field.slice(at + 1, end).replace(/\\(.)/gs, '$1')
      quoted = true
      at = end
    } else if (char === ')') return null
    else if (BLANK.test(char) || char === ';' || char === '(' || (named && char === '=')) break
    else text += char
  }
  return { text, end: at, quoted }
}

const quoteEnd = (field: string, from: number): number | null => {
  for (let at = from; at < field.length; at += 1)
    if (field[at] === '\\') at += 1
    else if (field[at] === '"') return at
  return null
}

export const domainOf = (address: string): string =>
  domainToASCII(address.slice(address.lastIndexOf('@') + 1).replace(/\.$/, ''))

/** Whether a domain may speak for another: it is the same one, or stands over it. */
export const alignedWith = (domain: string, said: string | undefined): boolean => {
  const by = domainOf(said ?? '')
  return by.includes('.') && (domain === by || domain.endsWith(`.${by}`))
}

/** Whether what a server found proves a mail to be from a domain; `said`: what it says instead. */
export const proves = ({ results }: Results, domain: string): { verified: boolean; said: string } => {
  const of = (method: string) => results.filter(each => each.method === method)
  const dmarc = of('dmarc')
  const passed =
    dmarc.length > 0 &&
    dmarc.every(({ result, properties }) => {
      const from = properties.get('header.from')
      return result === 'pass' && (from === undefined || domainOf(from) === domain)
    })
  const failed = dmarc.some(({ result }) => result === 'fail')
  const signed = of('dkim').some(
    ({ result, properties }) =>
      result === 'pass' && alignedWith(domain, properties.get('header.d') ?? properties.get('header.i')),
  )
  const sent = of('spf').some(
    ({ result, properties }) => result === 'pass' && alignedWith(domain, properties.get('smtp.mailfrom')),
  )
  return {
    verified: domain !== '' && (passed || (!failed && (signed || sent))),
    said: failed ? 'says dmarc=fail' : `found nothing that proves it to be from ${domain || 'anybody'}`,
  }
}
