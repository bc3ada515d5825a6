import type { Assignment, Invocation, Part, Word } from '../../sessions/word.ts'
import { literal, word, words } from '../../sessions/word.ts'
import { lex, type Token } from './lexer.ts'
import { judge, type Kind, type Policy, PROGRAMS } from './programs.ts'
import { badCharacters, notAllowed, refused } from './refusal.ts'
import { preludeOf } from './substitution.ts'
import { checkVariable } from './variables.ts'

export type { Policy } from './programs.ts'

export interface Command extends Invocation {
  /** `install` changes an environment and ends; `serve` is everything else. */
  readonly kind: Kind | 'docker'
  readonly otherwise?: Command
}

export const LONGEST_COMMAND = 32_768

/** From the text of a launch to what will run, or the reason why it will not. */
export function parseCommand(text: string, policy: Policy = {}): Command {
  const line = normalise(text)
  const docker = dockerShape(line)
  if (docker) return docker
  const prelude = preludeOf(line)
  if (!prelude) {
    const tokens = lex(line)
    if (tokens.some(token => token.kind === 'or')) throw badCharacters()
    return simple(tokens, policy)
  }
  const tokens = lex(line.slice(prelude.end)).map(token => substitute(token, prelude.file))
  const requires = { file: prelude.file, message: prelude.message }
  return { ...alternatives(tokens, policy), requires }
}

function normalise(text: string): string {
  const line = text.replaceAll(/\\[ \t]*\r?\n/g, ' ').trim()
  if (/[`\r\n]/.test(line) || /[\x00-\x08\x0b-\x1f\x7f]/.test(line) || !line.isWellFormed())
    throw badCharacters()
  if (line === '') throw refused('it is empty')
  if (line.length > LONGEST_COMMAND) {
    throw refused(`it has ${line.length} characters, at most ${LONGEST_COMMAND} are allowed`)
  }
  const paren = /^(?:[A-Za-z_]\w*=[\w./:,-]*[ \t]+)*(\([^ \t]*)/.exec(line)
  if (paren) throw notAllowed(paren[1]!, PROGRAMS)
  return line
}

/** `a || b` means: b where the program of a is missing. */
function alternatives(tokens: Token[], policy: Policy): Command {
  const or = tokens.findIndex(token => token.kind === 'or')
  if (or < 0) return simple(tokens, policy)
  const otherwise = alternatives(tokens.slice(or + 1), policy)
  return { ...simple(tokens.slice(0, or), policy), otherwise }
}

function simple(tokens: Token[], policy: Policy): Command {
  const assignments: Assignment[] = []
  const argv: Word[] = []
  for (const token of tokens) {
    if (token.kind !== 'word') continue
    const assignment = argv.length === 0 ? assignmentIn(token) : null
    if (assignment) assignments.push(assignment)
    else argv.push(token.word)
  }
  const kind = judge(argv, policy)
  for (const { name } of assignments) checkVariable(name)
  return { kind, assignments, argv }
}

function assignmentIn(token: { word: Word; raw: string }): Assignment | null {
  const name = /^([A-Za-z_][A-Za-z0-9_]*)=/.exec(token.raw)?.[1]
  const [first, ...others] = token.word
  if (name === undefined || first?.kind !== 'text') return null
  return { name, value: [...word(first.text.slice(name.length + 1)), ...others] }
}

function substitute(token: Token, file: Word): Token {
  if (token.kind !== 'word') return token
  const put = (part: Part): Word => (part.kind === 'variable' && part.name === 'MODEL_FILE' ? file : [part])
  return { ...token, word: token.word.flatMap(put) }
}

const DOCKER = [
  /^docker exec ollama-rocm ollama show [A-Za-z0-9][\w.:/-]{0,200}$/,
  /^docker exec ollama-test ollama-import [A-Za-z0-9][\w.-]{0,100}(?:\/[\w.-]{1,100})? [A-Za-z0-9][\w.:-]{0,100} \d{1,9}(?: [A-Za-z0-9][\w./-]{0,200})?$/,
]

function dockerShape(line: string): Command | null {
  const single = line.replaceAll(/[ \t]+/g, ' ')
  if (!DOCKER.some(shape => shape.test(single))) return null
  return { kind: 'docker', assignments: [], argv: words(...single.split(' ')) }
}

/** For a command that is not a person's text but ours, or stored: the same judgement over words. */
export function judgeInvocation(invocation: Invocation, policy: Policy = {}): Kind {
  if (invocation.argv.some(argument => /[\x00-\x08\x0a-\x1f\x7f]/.test(literal(argument) ?? '')))
    throw badCharacters()
  for (const { name } of invocation.assignments) checkVariable(name)
  return judge(invocation.argv, policy)
}
