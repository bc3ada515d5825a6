import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Command } from 'commander'
import { bundles } from '../contract/codex/bundles.ts'
import { Problem } from '../contract/problem.ts'
import type { Around } from './program.ts'
import { unzip } from './unzip.ts'

const SKILLS = {
  codex: { route: bundles.codex, folder: ['plugins'] },
  claude: { route: bundles.claude, folder: ['.claude'] },
} as const

/** Puts what a coding agent needs to know of this workspace where the agent looks for it. */
export const addSkill = (program: Command, around: Around): void => {
  program
    .command('skill')
    .description('What coding agents need to work with this workspace')
    .command('install <agent>')
    .description('Unpacks the skill for codex (~/plugins) or claude (~/.claude)')
    .option('--into <folder>', 'instead of the usual place')
    .action(async (agent: string, options: { into?: string }) => {
      const skill = SKILLS[agent as keyof typeof SKILLS]
      if (!skill) throw new Problem('invalid', `There are skills for codex and claude; not for '${agent}'.`)
      const client = await around.client()
      const response = await client.stream(skill.route, {})
      const into = options.into ?? join(homedir(), ...skill.folder)
      const written = unzip(Buffer.from(await response.arrayBuffer())).map(({ path, data, executable }) => {
        const file = join(into, path)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, data)
        chmodSync(file, executable ? 0o755 : 0o644)
        return file
      })
      if (around.json()) return around.print(JSON.stringify({ written }))
      around.print([...written.map(file => `Wrote ${file}`), '', NEXT].join('\n'))
    })
}

const NEXT = `It asks for a token and an address in its environment. Make a token that may do what you want, and no more:
  ithaca tokens create my-agent --scopes todos:write,cookbook:read --ask cookbook:launch`
