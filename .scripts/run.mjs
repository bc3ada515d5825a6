// Brings a fresh clone to the point where it can do what was asked. Runs under any Node that npm runs under.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
process.chdir(root)
const [task, ...rest] = process.argv.slice(2)
const node = join(root, 'node_modules', 'node', 'bin', 'node')
const stamp = join(root, 'node_modules', '.ithaca-installed')

const say = text => process.stderr.write(`${text}\n`)
const fail = text => {
  say(text)
  process.exit(1)
}

/** What was built here has to load, under the Node it is used with. */
const unloaded = () => {
  const parts = [
    ['better-sqlite3', 'new (require("better-sqlite3"))(":memory:")'],
    ['node-pty', 'require("node-pty")'],
    ['ssh2', 'require("ssh2")'],
  ]
  for (const [name, code] of parts) {
    const tried = spawnSync(node, ['-e', code], { encoding: 'utf8' })
    if (tried.status !== 0) return { name, said: tried.stderr }
  }
}

/** Whether somebody ran `npm ci` by hand: what it left says which versions lie there. */
const isThere = wanted => {
  const left = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(left) || !existsSync(node)) return false
  const have = JSON.parse(readFileSync(left, 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || have[path]?.version === version || (optional && !have[path]),
  )
}

/** Headers beside a Node of the machine let ssh2 build its fast ciphers without asking the network. */
const headers = () =>
  [process.execPath, ...(process.env.PATH ?? '').split(':').map(folder => join(folder, 'node'))]
    .filter(path => !path.startsWith(join(root, 'node_modules')) && existsSync(path))
    .map(path => dirname(dirname(realpathSync(path))))
    .find(prefix => existsSync(join(prefix, 'include', 'node', 'node.h')))

const install = () => {
  const text = readFileSync('package-lock.json')
  const lock = createHash('sha256').update(text).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock && existsSync(node)) return
  if (!isThere(JSON.parse(text).packages) || unloaded()) fetchAll()
  const failed = unloaded()
  if (failed)
    fail(
      `${failed.name} was installed but does not load. A C++ compiler, make and python3 are needed to build it.\n${failed.said}`,
    )
  writeFileSync(stamp, lock)
}

const fetchAll = () => {
  const missing = ['c++', 'make', 'python3'].filter(
    tool => spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0,
  )
  if (missing.length > 0)
    say(
      `Not found here: ${missing.join(', ')}. Native parts need them; on Debian: apt-get install build-essential python3.`,
    )
  say('Installing dependencies (once, under a minute) …')
  const env = { ...process.env, JOBS: '2', NODE_ENV: 'development' }
  const prefix = headers()
  if (prefix) env.npm_config_nodedir ??= prefix
  const done = spawnSync('npm', ['ci', '--include=dev', '--loglevel=error', '--no-audit', '--no-fund'], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (done.status !== 0)
    fail(`${done.stdout ?? ''}${done.stderr ?? ''}\nnpm ci failed; what it said is above.`)
}

const newest = folder =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce(
      (latest, entry) => Math.max(latest, statSync(join(entry.parentPath ?? entry.path, entry.name)).mtimeMs),
      0,
    )

const build = (always = false) => {
  const built = existsSync('dist/main.js') ? statSync('dist/main.js').mtimeMs : 0
  const wanted = Math.max(
    ...['src', 'views', 'store', '.scripts'].filter(existsSync).map(newest),
    statSync('package.json').mtimeMs,
  )
  if (!always && built > wanted) return
  say('Building …')
  const done = spawnSync(node, ['.scripts/build.mjs', ...(always ? rest : [])], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  if (done.status !== 0) fail('The build failed; what it said is above.')
}

/** Runs under the project's own Node, hands signals on, and ends as it ends. */
const become = (command, args) => {
  const path = `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH}`
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, PATH: path } })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGTSTP', 'SIGCONT'])
    process.on(signal, () => {
      // The terminal tells the whole group of these itself.
      if (signal !== 'SIGINT' && signal !== 'SIGTSTP') child.kill(signal)
      if (signal === 'SIGTSTP') process.kill(process.pid, 'SIGSTOP')
    })
  child.on('exit', (code, signal) => {
    if (signal) {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    } else process.exit(code ?? 1)
  })
}

const tasks = {
  start() {
    build()
    become(node, ['dist/main.js', ...rest])
  },
  build() {
    build(true)
  },
  test() {
    build()
    become(node, ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/vitest.config.ts', ...rest])
  },
  bench() {
    build()
    mkdirSync('.bench', { recursive: true })
    become(node, ['--expose-gc', 'test/bench/run.ts', ...rest])
  },
  check() {
    become(node, ['.scripts/check.mjs', ...rest])
  },
}

if (!tasks[task]) fail(`Unknown task '${task}'.`)
install()
tasks[task]()
