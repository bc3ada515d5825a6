import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseCommand } from '../../src/cookbook/command/command.ts'
import { environmentPrefix, modelId } from '../../src/cookbook/command/fields.ts'
import { PROGRAMS } from '../../src/cookbook/command/programs.ts'
import { quote as shellText } from '../../src/hosts/quote.ts'
import { FUNCTIONS, secretsScript, sessionScript } from '../../src/sessions/runner.ts'
import { type Invocation, quote, type Word, word } from '../../src/sessions/word.ts'

/*
 * A real shell is the judge. Whatever is accepted is run, with every allowed program replaced by one that prints its
 * arguments: they have to be the words that were read, and nothing else may have happened to the folders around.
 */

const SHELLS = [['/usr/bin/dash'], ['/usr/bin/bash', '--posix'], ['/usr/bin/busybox', 'sh']]

let dir = ''
let environment: Record<string, string> = {}

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'ithaca-fuzz-'))
  for (const name of ['bin', 'home', 'work']) mkdirSync(join(dir, name))
  for (const name of ['a.txt', 'b.txt', '-c', '$X']) writeFileSync(join(dir, 'work', name), '')
  writeFileSync(
    join(dir, 'print'),
    `#!/usr/bin/dash\nprintf '%s\\0' "$FUZZ_INDEX" "$FUZZ_VALUE" "$@"\nprintf '\\1'\n`,
  )
  chmodSync(join(dir, 'print'), 0o755)
  for (const program of PROGRAMS) symlinkSync(join(dir, 'print'), join(dir, 'bin', program))
  environment = {
    HOME: join(dir, 'home'),
    X: `x $(touch canary) \`touch canary\` ; touch canary '"\\ *`,
    Y_1: '-y',
    PATH: `${join(dir, 'bin')}:/usr/bin:/bin`,
  }
})

afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Everything that exists after a run is what was there before it. */
function untouched(): void {
  const found = ['home', 'work'].flatMap(name => readdirSync(join(dir, name)))
  expect(found.sort()).toEqual(['$X', '-c', 'a.txt', 'b.txt'])
}

/** A small generator of our own: its seed is printed with every failure. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0
  return below => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const HOSTILE = [
  '; touch canary', '& touch canary', '| touch canary', '&& touch canary', '|| touch canary', '$(touch canary)', '`touch canary`', '<(touch canary)',
  '> canary', '>>canary', '2>canary', '\ntouch canary\n', '\rtouch canary', '\\\ntouch canary', '$((1+1))', '${X:-y}', '${X}', '$X', '$HOME', '"$Y_1"',
  '$1', '$@', "$'\\n'", '$"x"', '${IFS}', '~', '~/x', '~root', '*', '?', '[ab]*', '{a,b}', '!', '!!', '#', '# c', "'", '"', '\\', "\\'", '\\"', '\\\\',
  "''", '""', ' ', '  ', '\t', 'serve', '--port', '8000', '=', '--a=', '-c', 'exit', '%s', '%n', '-', '--', '(', ')', '{', '}', ';;', 'touch canary',
  "'touch canary'", '"touch canary"', 'é模型', '\u202e', '\u00a0', '\x1b[31m', '\x07', '\0', '\x7f', "'; touch canary; '", '"; touch canary; "', "'\"'\"'",
  "$(printf %s '/m/a b')", `$(printf %s \${HOME}'/a')`, "$(printf %s '/m'; touch canary)", "$(find '/nope' -iname 'mmproj*.gguf' 2>/dev/null | sort | head -1)",
  "$(find '/nope' -iname 'mmproj*.gguf' -exec touch canary 2>/dev/null | sort | head -1)", 'A=1', 'LD_PRELOAD=x', 'PATH=x', '\\$X', '"\\$X"', 'a\\ b', 'FOO=$X',
] // biome-ignore format: a list to read across

const PRELUDE = `MODEL_FILE=$(printf %s '/dev/null/x') && { [ -n "$MODEL_FILE" ]; } || { echo "no"; exit 1; } && `

function hostileCommand(random: (below: number) => number): string {
  const pick = () => HOSTILE[random(HOSTILE.length)]!
  const start = [
    'vllm serve ',
    'vllm ',
    'A=1 vllm ',
    'llama-server ',
    'B="',
    'ollama ',
    `${PRELUDE}vllm `,
    '',
  ][random(8)]!
  const separator = ['', ' '][random(2)]!
  return start + Array.from({ length: 1 + random(8) }, pick).join(separator)
}

function evaluate(value: Word): string {
  return value
    .map(part => {
      if (part.kind === 'text') return part.text
      if (part.kind === 'home') return environment.HOME
      return part.kind === 'variable' ? (environment[part.name] ?? null) : ''
    })
    .join('')
}

const isKnown = (invocation: Invocation): boolean =>
  [...invocation.argv, ...invocation.assignments.map(({ value }) => value)]
    .flat()
    .every(part => part.kind !== 'variable' || part.name in environment)

interface Case {
  script: string
  expected: string[]
}

/** Runs cases in one shell, each in a subshell of its own, and answers with what the programs were given. */
function judge(shell: string[], cases: Case[], value = ''): void {
  const body = cases
    .map(({ script }, index) => `(\nFUZZ_INDEX=${index}; export FUZZ_INDEX\n${script}\n)\n`)
    .join('')
  const file = join(dir, 'batch.sh')
  writeFileSync(file, `${FUNCTIONS}\n${body}`)
  const output = execFileSync(shell[0]!, [...shell.slice(1), file], {
    cwd: join(dir, 'work'),
    env: { ...environment, FUZZ_VALUE: value },
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  rmSync(file)
  const printed = output
    .toString()
    .split('\x01')
    .slice(0, -1)
    .map(record => record.split('\0').slice(0, -1))
  expect(printed.length).toBe(cases.length)
  for (const [index, [number, , ...argv]] of printed.entries()) {
    expect(Number(number)).toBe(index)
    expect(argv, cases[index]!.script).toEqual(cases[index]!.expected)
  }
  untouched()
}

function accepted(text: string): Invocation | null {
  try {
    return parseCommand(text)
  } catch {
    return null
  }
}

const asSession = (run: Invocation): string =>
  `${sessionScript({ id: 'x', run, operator: 'a', actor: 'a' })}\nithaca_command`

describe('a real shell as the judge', () => {
  it.each(SHELLS)('%s runs exactly the words that were read out of hostile commands', (...shell) => {
    const random = generator(20_260_801)
    const cases: Case[] = []
    let refused = 0
    for (let round = 0; round < 30_000; round++) {
      const text = hostileCommand(random)
      const run = accepted(text)
      if (!run || !isKnown(run) || run.requires) refused++
      else cases.push({ script: asSession(run), expected: run.argv.slice(1).map(evaluate) })
    }
    expect(cases.length).toBeGreaterThan(1500)
    expect(refused).toBeGreaterThan(10_000)
    judge(shell, cases.slice(0, 2500))
  })

  it('agrees with the shell about what an accepted command says', () => {
    const random = generator(7)
    const cases: Case[] = []
    for (let round = 0; round < 20_000; round++) {
      const text = hostileCommand(random)
      const run = accepted(text)
      // We fill in `--flag=~`, and join lines even where a shell sees a quote or a comment.
      if (!run || !isKnown(run) || run.requires || /=~|\$\(find|\n/.test(text)) continue
      cases.push({ script: `set -f; IFS=\n${text.trim()}`, expected: run.argv.slice(1).map(evaluate) })
    }
    expect(cases.length).toBeGreaterThan(1000)
    judge(['/usr/bin/dash'], cases.slice(0, 2500))
  })

  it('shows any words so that they are read and run as the same words', () => {
    const random = generator(99)
    const pieces = HOSTILE.filter(piece => !/[\x00-\x08\x0a-\x1f\x7f`]/.test(piece))
    const cases: Case[] = []
    for (let round = 0; round < 2500; round++) {
      const argv = Array.from({ length: 1 + random(5) }, () =>
        word(Array.from({ length: random(4) }, () => pieces[random(pieces.length)]!).join('')),
      )
      const run = parseCommand(quote([word('vllm'), ...argv]))
      expect(run.argv.slice(1)).toEqual(argv)
      cases.push({ script: asSession(run), expected: argv.map(evaluate) })
    }
    judge(['/usr/bin/dash'], cases)
  })

  it.each(SHELLS)('%s takes hostile variables, secrets, folders and environments as text', (...shell) => {
    const random = generator(5)
    const cases: Case[] = []
    for (let round = 0; round < 400; round++) {
      const text = Array.from({ length: 1 + random(5) }, () => HOSTILE[random(HOSTILE.length)]!)
        .join('')
        .replaceAll('\0', '')
      const run = {
        assignments: [{ name: 'FUZZ_A', value: word(text) }],
        argv: [word('vllm'), [{ kind: 'variable', name: 'X' }]],
      } satisfies Invocation
      const script = sessionScript({
        id: 'x',
        run,
        operator: text,
        actor: text,
        workdir: join(dir, 'work', text.replaceAll('/', '_')),
        environment: random(2) ? { kind: 'source', path: word(text) } : { kind: 'conda', name: word(text) },
        variables: { FUZZ_V: text },
      })
      const check = `[ "$FUZZ_V" = ${shellText(text)} ] && [ "$FUZZ_S" = ${shellText(text)} ] || exit 1`
      cases.push({
        script: `${script}\n${secretsScript({ FUZZ_S: text })}\nithaca_enter >/dev/null 2>&1; ithaca_secrets; ${check}; ithaca_command`,
        expected: [environment.X!],
      })
    }
    judge(shell, cases)
  })
})

describe('side fields', () => {
  it('never let through what a shell would act on', () => {
    const random = generator(11)
    for (let round = 0; round < 20_000; round++) {
      const text = Array.from({ length: 1 + random(5) }, () => HOSTILE[random(HOSTILE.length)]!).join('')
      for (const read of [() => modelId(text, false), () => modelId(text, true)]) {
        try {
          expect(read()).not.toMatch(/[;&|`$()\x00-\x1f\x7f'"\\]/)
        } catch (problem) {
          expect((problem as Error).message).toMatch(/^Invalid (?:repo_id|pip package name)|^repo_id/)
        }
      }
      try {
        environmentPrefix(`source ${text}`)
      } catch (problem) {
        expect((problem as Error).message).toBe('Invalid env_prefix')
      }
    }
  })

  it('leaves every file of the test where it was', () => {
    expect(readFileSync(join(dir, 'print'), 'utf8')).toContain('FUZZ_INDEX')
    untouched()
  })
})
