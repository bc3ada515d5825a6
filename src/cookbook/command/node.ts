import { literal, type Word } from '../../sessions/word.ts'
import type { Policy } from './programs.ts'
import { refused } from './refusal.ts'
import { checkScript } from './script.ts'

const NODE_OPTIONS =
  /^--(?:(?:max-old-space-size|max-semi-space-size|stack-size|max-http-header-size|dns-result-order|unhandled-rejections)=[\w-]+|enable-source-maps|no-warnings|no-deprecation|trace-warnings|trace-uncaught|use-openssl-ca|use-bundled-ca)$/

/** Node's options are a list of those that load nothing; every other spelling of -e, -p, -r, --import fails on it. */
export function checkNode(args: readonly Word[], policy: Policy): void {
  for (const arg of args) {
    const text = literal(arg)
    if (text === null || !text.startsWith('-')) {
      checkScript(arg, policy.scriptFolders, /\.[cm]?js$/, 'node')
      return
    }
    if (text === '--version' || text === '-v') return
    if (!NODE_OPTIONS.test(text)) throw refused(`node ${text} is not allowed`)
  }
  throw refused('node needs a script: reading a program from its standard input is not allowed')
}

const NPX_OPTIONS = new Set(['-y', '--yes', '-q', '--quiet', '--no-install', '--prefer-offline', '--offline'])
const PACKAGE = /^(?:@[a-z0-9][\w.-]*\/)?[a-z0-9][\w.-]*(?:@[\w.^~-]+)?$/
const INTERPRETERS =
  /^(?:node|nodejs|npm|npx|pnpm|pnpx|yarn|bun|bunx|deno|ts-node|tsx|zx|shx|shelljs|sh|bash|dash|zsh|fish|ksh|busybox|env|python[\d.]*|perl|ruby|php|lua|babel-node|coffee|vite-node|esno|jiti|google-closure-compiler|exec|eval|concurrently|nodemon|pm2|forever|cross-env|dotenv(?:-cli)?|npm-run-all|run-s|run-p|execa(?:-cli)?)$/
const RUNS_CODE =
  /^-(?!-)\w*[cer]|^--(?:eval|print|call|require|import|loader|experimental-loader|command|shell|exec)(?:=|$)|^-$/

export function checkNpx(args: readonly Word[]): void {
  const at = args.findIndex(arg => !NPX_OPTIONS.has(literal(arg) ?? ''))
  const name = at < 0 ? null : literal(args[at]!)
  if (name?.startsWith('-')) throw refused(`npx ${name} is not allowed`)
  if (name === null || !PACKAGE.test(name)) throw refused('npx needs the name of a package of the registry')
  const bare = name.replace(/(?<=.)@[^@/]*$/, '').replace(/^.*\//, '')
  if (INTERPRETERS.test(bare)) throw refused(`npx ${name} would run any code it is given`)
  for (const [index, arg] of args.slice(at + 1).entries()) {
    const text = literal(arg)
    const next = literal(args[at + index + 2] ?? [])
    const printsCode = text === '-p' && !/^\d{1,5}$/.test(next ?? '')
    if (text !== null && (printsCode || RUNS_CODE.test(text)))
      throw refused(`npx ${name} ${text} is not allowed`)
  }
}
