import type { Command } from 'commander'
import { Problem } from '../contract/problem.ts'
import type { Around } from './program.ts'

export const addCompletion = (program: Command, around: Around): void => {
  program
    .command('completion <shell>')
    .description('Prints completions for bash, zsh or fish: source <(ithaca completion bash)')
    .action((shell: string) => {
      const write = SHELLS[shell]
      if (!write)
        throw new Problem(
          'invalid',
          `There are completions for ${Object.keys(SHELLS).join(', ')}; not for '${shell}'.`,
        )
      around.print(write(tree(program)))
    })
}

/** Every path of words, and what may follow it. */
type Tree = Map<string, { name: string; help: string }[]>

const tree = (program: Command): Tree => {
  const found: Tree = new Map()
  const walk = (command: Command, path: string[]): void => {
    const next = [
      ...command.commands.map(child => ({ name: child.name(), help: child.description() })),
      ...command.options.map(option => ({ name: option.long ?? '', help: option.description })),
    ].filter(entry => entry.name !== '')
    found.set(path.join(' '), next)
    for (const child of command.commands) walk(child, [...path, child.name()])
  }
  walk(program, [])
  return found
}

const bash = (all: Tree): string => `_ithaca() {
  local path="" word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  local words=""
  while :; do
    case "$path" in
${[...all].map(([path, next]) => `      ${single(path)}) words=${single(next.map(entry => entry.name).join(' '))}; break ;;`).join('\n')}
    esac
    case "$path" in *" "*) path="\${path% *}" ;; *) path="" ;; esac
  done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _ithaca ithaca`

const zsh = (all: Tree): string => `#compdef ithaca
autoload -Uz bashcompinit && bashcompinit
${bash(all)}`

const fish = (all: Tree): string =>
  [
    'complete -c ithaca -f',
    ...[...all].flatMap(([path, next]) => {
      const words = path === '' ? [] : path.split(' ')
      const seen = words.map(word => `__fish_seen_subcommand_from ${word}`).join('; and ')
      const where = path === '' ? '__fish_use_subcommand' : seen
      return next.map(({ name, help }) =>
        name.startsWith('--')
          ? `complete -c ithaca -n ${single(where)} -l ${name.slice(2)} -d ${single(help)}`
          : `complete -c ithaca -n ${single(where)} -a ${single(name)} -d ${single(help)}`,
      )
    }),
  ].join('\n')

const SHELLS: Record<string, (all: Tree) => string> = { bash, zsh, fish }

const single = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
