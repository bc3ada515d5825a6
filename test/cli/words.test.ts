import { expect, test } from 'vitest'
import { asCommand, withVerb } from '../../src/cli/words.ts'
import { parseCommand } from '../../src/cookbook/command/command.ts'
import { quoteWord } from '../../src/sessions/word.ts'

test('words after -- are the words that run', () => {
  const cases = [
    ['vllm', 'serve', 'a/b', '--chat-template', '{{ x }}; y', '--port', '8000'],
    ['FOO=a b', 'vllm', 'serve', "it's", '--x', '"q"'],
    ['llama-server', '-m', '$HOME/x.gguf', '--alias', 'a $HOME "b\\'],
    ['vllm', 'serve', '--flag='],
  ]
  for (const words of cases) {
    const { argv, assignments } = parseCommand(asCommand(words))
    const back = [
      ...assignments.map(({ name, value }) => [{ kind: 'text', text: `${name}=` }, ...value]),
      ...argv,
    ]
    const texts = back.map(parts =>
      parts.map(part => ('text' in part ? part.text : 'name' in part ? `$${part.name}` : '?')).join(''),
    )
    expect(texts, quoteWord(argv[0]!)).toEqual(words)
  }
  expect(asCommand(['vllm serve "a b"'])).toBe('vllm serve "a b"')
})

test('a noun alone lists, and one with one verb needs none', () => {
  const verbs: Record<string, string[]> = {
    memory: ['list', 'add'],
    cookbook: ['tasks', 'serve'],
    search: ['find'],
  }
  const full = (...argv: string[]) => withVerb(argv, noun => verbs[noun] ?? null).join(' ')
  expect(full('memory')).toBe('memory list')
  expect(full('--json', 'cookbook')).toBe('--json cookbook tasks')
  expect(full('--remote', 'http://x', 'memory', '--limit', '3')).toBe(
    '--remote http://x memory list --limit 3',
  )
  expect(full('search', 'two words')).toBe('search find two words')
  expect(full('memory', 'add', 'x')).toBe('memory add x')
  expect(full('memory', '--help')).toBe('memory --help')
  expect(full('memory', 'bogus')).toBe('memory bogus')
  expect(full('status')).toBe('status')
})

test('a verb that a noun has under another name is that one', () => {
  const verbs: Record<string, string[]> = {
    cookbook: ['tasks', 'task', 'serve'],
    todos: ['list', 'get', 'add', 'rm'],
    mail: ['list', 'read'],
    search: ['find'],
  }
  const full = (...argv: string[]) => withVerb(argv, noun => verbs[noun] ?? null).join(' ')
  expect(full('cookbook', 'list', '--json')).toBe('cookbook tasks --json')
  expect(full('cookbook', 'show', 'x')).toBe('cookbook task x')
  expect(full('todos', 'show', 'x')).toBe('todos get x')
  expect(full('--json', 'todos', 'ls')).toBe('--json todos list')
  expect(full('todos', 'delete', 'x')).toBe('todos rm x')
  expect(full('mail', 'show', 'x')).toBe('mail read x')
  expect(full('todos', 'nonsense')).toBe('todos nonsense')
  expect(full('search', 'show', 'x')).toBe('search find show x')
})
