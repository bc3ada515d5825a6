import * as z from 'zod'
import { route } from '../route.ts'

const archive = z.unknown().describe('a zip archive')

export const bundles = {
  codex: route({
    id: 'codex.plugin',
    method: 'GET',
    path: '/api/codex/plugin.zip',
    scope: 'token',
    danger: 'none',
    summary: 'Skill and helper script as a plugin for Codex, to be unpacked into ~/plugins',
    in: () => z.object({}),
    out: () => archive,
    media: 'application/zip',
  }),
  claude: route({
    id: 'codex.claude_skill',
    method: 'GET',
    path: '/api/claude/plugin.zip',
    scope: 'token',
    danger: 'none',
    summary: 'Skill and helper script for Claude, to be unpacked into ~/.claude',
    in: () => z.object({}),
    out: () => archive,
    media: 'application/zip',
  }),
}
