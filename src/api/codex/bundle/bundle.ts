import { script } from './script.ts'
import { skill } from './skill.ts'
import { type Entry, zip } from './zip.ts'

export interface Bundle {
  filename: string
  entries(version: string): Entry[]
}

export const CODEX: Bundle = {
  filename: 'odysseus-codex-plugin.zip',
  entries: version => [
    { path: 'odysseus/.codex-plugin/plugin.json', text: `${JSON.stringify(manifest(version), null, 2)}\n` },
    { path: 'odysseus/README.md', text: readme },
    { path: 'odysseus/scripts/odysseus_api.py', text: script, executable: true },
    {
      path: 'odysseus/skills/odysseus/SKILL.md',
      text: skill('~/plugins/odysseus/scripts/odysseus_api.py', 'Codex'),
    },
  ],
}

export const CLAUDE: Bundle = {
  filename: 'odysseus-claude-skill.zip',
  entries: () => [
    {
      path: 'skills/odysseus/SKILL.md',
      text: skill('~/.claude/skills/odysseus/scripts/odysseus_api.py', 'Claude'),
    },
    { path: 'skills/odysseus/scripts/odysseus_api.py', text: script, executable: true },
  ],
}

export const archive = (bundle: Bundle, version: string): Uint8Array<ArrayBuffer> =>
  zip(bundle.entries(version))

const manifest = (version: string) => ({
  name: 'odysseus',
  version,
  description:
    "The user's todos, calendar, memory, documents, mail drafts and model servers, scoped by a token.",
  author: { name: 'Ithaca' },
  skills: './skills/',
  interface: {
    displayName: 'Odysseus workspace',
    shortDescription: 'Todos, calendar, memory, documents, mail drafts and model servers',
    category: 'Productivity',
    capabilities: ['Read', 'Write'],
    defaultPrompt: ['What is due today?', 'Which models are running, and why did the last one die?'],
  },
})

const readme = `# Workspace plugin for Codex

Gives Codex a skill and a small helper script (Python 3, nothing to install) for the workspace behind your token.

1. Make a token that may do what you want Codex to do, and no more:

       ithaca tokens create codex --scopes todos:write,calendar:write,memory:write,documents:write

2. Put the two lines it prints into the environment that Codex starts in. They set ODYSSEUS_URL and ODYSSEUS_API_TOKEN.

3. Fetch the plugin and unpack it into ~/plugins:

       curl -fsS -H "Authorization: Bearer $ODYSSEUS_API_TOKEN" "$ODYSSEUS_URL/api/codex/plugin.zip" -o /tmp/odysseus-codex-plugin.zip
       unzip -o /tmp/odysseus-codex-plugin.zip -d ~/plugins

4. Try it:

       python3 ~/plugins/odysseus/scripts/odysseus_api.py capabilities

The script calls nothing but paths under /api/codex/ of that one address, follows no redirects, and uses no proxy when the address
is this machine. To take the access away: ithaca tokens revoke codex; the next call is refused.
`
