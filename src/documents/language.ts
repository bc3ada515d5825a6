/** What a text seems to be written in, from its beginning: good enough for colours and filters. */
export const guessLanguage = (content: string): string => {
  const text = content.slice(0, 20_000).trimStart()
  return SIGNS.find(([, sign]) => sign(text))?.[0] ?? 'markdown'
}

/** Both header lines of a mail; whoever writes them means one. */
export const looksLikeMail = (content: string): boolean => {
  const head = content.slice(0, 20_000)
  return /^to:/im.test(head) && /^subject:/im.test(head)
}

const isJson = (text: string): boolean => {
  if (!/^[[{]/.test(text)) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    // Cut off by the bound above, or a draft: its first key decides.
    return /^(\{\s*"[^"\n]*"\s*:|\[\s*[{[\d"])/.test(text)
  }
}

const SIGNS: [string, (text: string) => boolean][] = [
  ['email', looksLikeMail],
  ['svg', text => /^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)?(<!doctype svg[^>]*>\s*)?<svg[\s>]/i.test(text)],
  ['xml', text => /^<\?xml\s/i.test(text)],
  ['html', text => /^(<!doctype html|<html[\s>]|<(head|body|div|table|section|article)[\s>])/i.test(text)],
  ['json', isJson],
  ['python', text => /^#!.*\bpython/.test(text)],
  ['javascript', text => /^#!.*\b(node|deno|bun)\b/.test(text)],
  ['bash', text => /^#!/.test(text)],
  [
    'python',
    text =>
      /^(from\s+[\w.]+\s+import\s|import\s+[\w.]+(\s+as\s+\w+)?\s*$|(async\s+)?def\s+\w+\(.*|class\s+\w+.*:\s*$|@[\w.]+\s*\n\s*(async\s+)?def\s)/m.test(
        firstLines(text),
      ) && !/[;{]\s*$/m.test(firstLines(text)),
  ],
  [
    'javascript',
    text =>
      /^(import\s.*\sfrom\s+['"]|import\s+['"]|export\s+(default|const|function|class)\b|(const|let|var)\s+[\w{[].*=|(async\s+)?function\s*\w*\(|['"]use strict['"])/m.test(
        firstLines(text),
      ),
  ],
  [
    'sql',
    text =>
      /^(--.*\n\s*)*(select\s[\s\S]*?\sfrom\s+[\w."`]+\s*($|[;)]|(as|where|join|left|right|inner|cross|group|order|limit|union)\b)|insert\s+into\s|update\s+\S+\s+set\s|delete\s+from\s|create\s+(table|index|view|or\s+replace)\b|alter\s+table\s|with\s+\w+\s+as\s*\()/i.test(
        text,
      ),
  ],
  [
    'css',
    text =>
      /^(@(import|media|charset|font-face)\b|(\/\*[\s\S]*?\*\/\s*)?[.#:*\w][^{}\n]*\{\s*[\w-]+\s*:[^{}]*;?)/.test(
        text,
      ),
  ],
]

const firstLines = (text: string): string => text.split('\n', 40).join('\n')
