import { cleanText } from './clean.ts'
import { decodeEntities } from './entities.ts'

/** How much of a page is read. A mail that says more says it in an attachment. */
const LONGEST = 1_000_000

type Token = { text: string } | { tag: string; closes: boolean; attributes: string }

/** Text and tags one after the other. Never goes back, so it costs what the page is long. */
export function* tokens(html: string): Generator<Token> {
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) {
      yield { text: html.slice(at) }
      return
    }
    if (open > at) yield { text: html.slice(at, open) }
    if (html.startsWith('<!--', open)) {
      const end = html.indexOf('-->', open + 4)
      at = end < 0 ? html.length : end + 3
      continue
    }
    const close = html.indexOf('>', open)
    const found = /^<(\/?)([a-z][a-z0-9:-]{0,30})/i.exec(html.slice(open, open + 40))
    if (!found) {
      if (/^<[!?]/.test(html.slice(open, open + 2))) at = close < 0 ? html.length : close + 1
      else {
        yield { text: '<' }
        at = open + 1
      }
      continue
    }
    const end = tagEnd(html, open + found[0].length)
    const tag = found[2]!.toLowerCase()
    yield { tag, closes: found[1] === '/', attributes: html.slice(open + found[0].length, end) }
    at = end + 1
    if (found[1] === '' && RAW.has(tag)) at = skipRaw(html, tag, at)
  }
}

/** What is between these is never text to be read. */
const RAW = new Set([
  'script',
  'style',
  'title',
  'noscript',
  'template',
  'iframe',
  'object',
  'textarea',
  'svg',
  'math',
])

const skipRaw = (html: string, tag: string, from: number): number => {
  const end = new RegExp(`</${tag}\\s*>`, 'gi')
  end.lastIndex = from
  const found = end.exec(html)
  return found ? end.lastIndex : html.length
}

const tagEnd = (html: string, from: number): number => {
  let quote = ''
  const limit = Math.min(html.length, from + 20_000)
  for (let at = from; at < limit; at++) {
    const letter = html[at]!
    if (quote) {
      if (letter === quote) quote = ''
    } else if (letter === '"' || letter === "'") quote = letter
    else if (letter === '>') return at
  }
  const plain = html.indexOf('>', from)
  return plain < 0 ? html.length : plain
}

export const attribute = (attributes: string, name: string): string | undefined => {
  const found = new RegExp(`(?:^|[\\s"'/])${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s"'>]+))`, 'i').exec(
    attributes,
  )
  return found ? decodeEntities(found[1] ?? found[2] ?? found[3] ?? '') : undefined
}

const hidden = (attributes: string): boolean =>
  /display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all/i.test(
    attribute(attributes, 'style') ?? '',
  ) || /(^|\s)hidden(\s|=|$)/i.test(attributes.replace(/"[^"]*"|'[^']*'/g, ' '))

const BLOCKS = new Set([
  ...[
    'p',
    'div',
    'section',
    'article',
    'header',
    'footer',
    'main',
    'aside',
    'nav',
    'form',
    'fieldset',
    'address',
  ],
  ...[
    'h1',
    'h2',
    'h3',
    'h4',
    'h5',
    'h6',
    'ul',
    'ol',
    'dl',
    'dt',
    'dd',
    'table',
    'tr',
    'pre',
    'center',
    'blockquote',
  ],
])
const SPACED = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'pre', 'ul', 'ol', 'table'])
const VOID = new Set([
  'br',
  'hr',
  'img',
  'input',
  'meta',
  'link',
  'area',
  'base',
  'col',
  'embed',
  'source',
  'wbr',
])

/** A page as text that reads well: links beside their words, quotes with `>`, nothing fetched. */
export const htmlToText = (html: string): string => {
  const out = new Page()
  /** Depth inside something hidden; its end is counted by tags of any kind. */
  let hiding: { tag: string; depth: number } | null = null
  for (const token of tokens(html.slice(0, LONGEST))) {
    if (hiding) {
      if ('text' in token || token.tag !== hiding.tag) continue
      hiding.depth += token.closes ? -1 : 1
      if (hiding.depth === 0) hiding = null
      continue
    }
    if ('text' in token) {
      out.text(decodeEntities(token.text))
      continue
    }
    const { tag, closes, attributes } = token
    if (!closes && !VOID.has(tag) && hidden(attributes)) hiding = { tag, depth: 1 }
    else if (tag === 'head' && !closes) hiding = { tag, depth: 1 }
    else if (closes) out.close(tag)
    else out.open(tag, attributes)
  }
  return cleanText(out.done())
}

class Page {
  private readonly lines: string[] = []
  private line = ''
  private pre = 0
  /** A picture or an address stands last: a word after it does not stick to it. */
  private apart = false
  private quotes = 0
  private readonly lists: { ordered: boolean; next: number }[] = []
  private link: { href: string; from: number; words: string } | null = null

  text(raw: string): void {
    if (this.pre > 0) {
      const [first, ...rest] = raw.replace(/\r\n?/g, '\n').split('\n') as [string, ...string[]]
      this.line += first
      for (const line of rest) {
        this.endLine()
        this.line += line
      }
      return
    }
    const words = raw.replace(/[\s\u00a0]+/g, ' ')
    const begun = this.apart && /^[\p{L}\p{N}[(]/u.test(words) ? ` ${words}` : words
    if (words !== '') this.apart = false
    const fresh = this.line === '' || this.line.endsWith(' ') ? begun.trimStart() : begun
    this.line += fresh
    if (this.link) this.link.words += fresh
  }

  open(tag: string, attributes: string): void {
    if (tag === 'br') this.endLine()
    else if (tag === 'hr') {
      this.endLine(true)
      this.lines.push(`${this.prefix()}${'-'.repeat(20)}`)
    } else if (tag === 'img') {
      const alt = attribute(attributes, 'alt')?.trim()
      if (!alt) return
      if (/[^\s([]$/.test(this.line)) this.text(' ')
      this.text(`[${alt}]`)
      this.apart = true
    } else if (tag === 'a')
      this.link = { href: attribute(attributes, 'href') ?? '', from: this.line.length, words: '' }
    else if (tag === 'li') {
      this.endLine(true)
      const list = this.lists.at(-1)
      this.line = `${'  '.repeat(Math.min(8, Math.max(0, this.lists.length - 1)))}${list?.ordered ? `${list.next++}. ` : '- '}`
    } else if (tag === 'td' || tag === 'th') {
      if (this.line.trim() !== '') this.line = `${this.line.trimEnd()}  `
    } else if (BLOCKS.has(tag)) {
      this.block(tag)
      if (tag === 'pre') this.pre += 1
      if (tag === 'blockquote') this.quotes = Math.min(20, this.quotes + 1)
      if (tag === 'ul' || tag === 'ol') this.lists.push({ ordered: tag === 'ol', next: 1 })
    }
  }

  close(tag: string): void {
    if (tag === 'a') this.endLink()
    else if (tag === 'li') this.endLine(true)
    else if (BLOCKS.has(tag)) {
      this.endLine(true)
      if (tag === 'pre') this.pre = Math.max(0, this.pre - 1)
      if (tag === 'blockquote') this.unquote()
      if (tag === 'ul' || tag === 'ol') this.lists.pop()
      this.block(tag)
    }
  }

  done(): string {
    this.endLine(true)
    return this.lines
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  }

  private prefix(): string {
    return this.quotes > 0 ? `${'>'.repeat(this.quotes)} ` : ''
  }

  private unquote(): void {
    const empty = this.prefix().trimEnd()
    while (this.quotes > 0 && this.lines.at(-1) === empty) this.lines.pop()
    this.quotes = Math.max(0, this.quotes - 1)
  }

  private endLink(): void {
    const { link } = this
    this.link = null
    if (!link || !/^(https?|mailto):/i.test(link.href)) return
    const address = link.href.replace(/^mailto:/i, '')
    const words = link.words.trim()
    // Words that already are the address need it no second time; words that name another one must not hide it.
    if (bare(words) === bare(address)) return
    this.line = `${this.line.trimEnd()}${words === '' ? '' : ' '}<${address.slice(0, 500)}>`
    this.apart = true
  }

  private block(tag: string): void {
    this.endLine(true)
    const last = this.lines.at(-1)
    // A list inside a list is part of its item.
    if (this.lists.length > 0) return
    if (SPACED.has(tag) && last !== undefined && !/^[>\s]*$/.test(last))
      this.lines.push(this.prefix().trimEnd())
  }

  private endLine(onlyFull = false): void {
    const line = this.pre > 0 ? this.line : this.line.trimEnd()
    this.line = ''
    this.apart = false
    if (onlyFull && line.trim() === '') return
    this.lines.push(`${this.prefix()}${line}`.trimEnd())
  }
}

const bare = (address: string): string =>
  address
    .replace(/^(https?:\/\/)?(www\.)?/i, '')
    .replace(/\/$/, '')
    .toLowerCase()

const ACTIVE = new Set([
  'script',
  'style',
  'iframe',
  'object',
  'embed',
  'link',
  'meta',
  'base',
  'form',
  'input',
  'svg',
  'math',
])

/** The page without anything that acts or would be fetched. Its text is what the sender wrote. */
export const harmless = (html: string): string => {
  let out = ''
  for (const token of tokens(html.slice(0, LONGEST))) {
    if ('text' in token) out += token.text.replaceAll('<', '&lt;')
    else if (ACTIVE.has(token.tag) || RAW.has(token.tag)) continue
    else if (token.closes) out += `</${token.tag}>`
    else out += `<${token.tag}${kept(token.tag, token.attributes)}>`
  }
  return cleanText(out)
}

const kept = (tag: string, attributes: string): string => {
  const names =
    tag === 'a' ? ['href', 'title'] : tag === 'img' ? ['alt'] : ['colspan', 'rowspan', 'dir', 'lang']
  return names
    .flatMap(name => {
      const value = attribute(attributes, name)
      if (value === undefined || (name === 'href' && !/^(https?|mailto):/i.test(value.trim()))) return []
      return [
        ` ${name}="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"`,
      ]
    })
    .join('')
}
