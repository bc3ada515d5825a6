import { gather, good, type ProbeStep, warn } from './facts.ts'
import type { Host } from './host.ts'
import type { ProbeOptions } from './probe.ts'
import { quote } from './quote.ts'

const PACKAGES = [
  'vllm',
  'sglang',
  'mlx-lm',
  'llama-cpp-python',
  'text-generation-server',
  'torch',
  'transformers',
]
const PROGRAMS = ['llama-server', 'ollama', 'text-generation-launcher', 'vllm', 'docker', 'podman']
const MOST_ENVIRONMENTS = 20

// Reads what is installed without importing it: importing torch takes seconds.
const VERSIONS = `
from importlib.metadata import version
for name in ${JSON.stringify(PACKAGES)}:
    try: print(name, version(name))
    except Exception: pass
`

/** Which engines there are, in the plain PATH and in each environment. */
export async function* probeEngines(host: Host, options: ProbeOptions): AsyncGenerator<ProbeStep> {
  const given = (options.environments ?? []).map(path =>
    path.startsWith('~/') ? `"$HOME"/${quote(path.slice(2))}` : quote(path),
  )
  const found = await gather(
    host,
    {
      programs: `for p in ${PROGRAMS.join(' ')}; do q=$(command -v "$p") && echo "$p $q"; done; true`,
      python: `python3 -c ${quote(VERSIONS)} 2>/dev/null || true`,
      environments: `
{ for d in ${given.join(' ')} "$HOME"/.venv "$HOME"/venv "$HOME"/*/.venv "$HOME"/.virtualenvs/* "$HOME"/venvs/* "$HOME"/miniconda3/envs/* "$HOME"/anaconda3/envs/* "$HOME"/miniforge3/envs/*; do echo "$d"; done
  cat "$HOME/.conda/environments.txt" 2>/dev/null; } | {
  n=0; while read -r d; do
    [ -x "$d/bin/python" ] && [ "$n" -lt ${MOST_ENVIRONMENTS} ] || continue
    n=$((n + 1)); echo "= $d"; "$d/bin/python" -c ${quote(VERSIONS)} 2>/dev/null </dev/null
  done; }; true`,
    },
    { lane: 'slow', deadline: 60_000 },
  )
  const programs = found.programs
    .split('\n')
    .filter(Boolean)
    .map(line => line.split(' ')[0]!)
  const plain = [...programs, ...versions(found.python)]
  const environments = found.environments
    .split(/^= /m)
    .slice(1)
    .map(text => {
      const [path = '', ...lines] = text.split('\n')
      return { path, packages: versions(lines.join('\n')) }
    })
  const seen = new Set<string>()
  const distinct = environments.filter(env => !seen.has(env.path) && seen.add(env.path))
  const serving = (names: string[]) =>
    names.some(name => /^(vllm|sglang|mlx-lm|llama|ollama|text-generation)/.test(name))
  if (!serving(plain) && !distinct.some(env => serving(env.packages)))
    yield warn(
      'engines',
      'Engines',
      plain.length > 0 ? `only ${plain.join(', ')}` : 'none found',
      'Install one: python3 -m pip install vllm in an environment, and name that environment in the settings of the host.',
    )
  else if (plain.length > 0) yield good('engines', 'Engines in the PATH', plain.join(', '))
  for (const env of distinct)
    if (env.packages.length > 0) yield good('engines', `Engines in ${env.path}`, env.packages.join(', '))
}

const versions = (text: string): string[] =>
  text
    .split('\n')
    .map(line => line.trim())
    .filter(line => /^[\w-]+ \d\S*$/.test(line))
