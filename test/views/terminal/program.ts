/** A program that owns a terminal and ends, stops or lends it in the way it is told: what the tests in a real pseudo-terminal run. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { Compositor } from '../../../views/terminal/compositor.ts'
import { screenModes } from '../../../views/terminal/modes.ts'
import { Terminal } from '../../../views/terminal/terminal.ts'

const means = { depth: 'true', unicode: true } as const
let compositor: Compositor | undefined
let keys = 0
let beats = 0
let frames = 0
let pulsing: NodeJS.Timeout | undefined

const terminal = new Terminal(process.stdin, process.stdout, screenModes, {
  input: bytes => act(bytes.toString()),
  resize: screen => {
    compositor?.resize(screen)
    draw('resized')
  },
  released: () => compositor?.pause(),
  taken: () => compositor?.resume(),
  ending: signal => {
    terminal.close()
    console.log(`ended by ${signal}`)
    process.exit(0)
  },
})

function draw(word: string, filling = ''): void {
  const { columns, rows } = terminal.screen
  const lines = Array.from(
    { length: rows },
    (_, y) => `\x1b[3${y % 8}mrow ${y} of ${rows}${filling.repeat(columns)}`,
  )
  lines[1] = `${word} ${keys} pid ${process.pid}`
  compositor?.frame(lines.join('\n'))
}

function run(file: string, args: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    spawn(file, args, { stdio: 'inherit' })
      .on('error', reject)
      .on('exit', () => resolve())
  })
}

async function act(key: string): Promise<void> {
  keys++
  if (key === 'q') {
    terminal.close()
    console.log('bye')
    process.exit(0)
  }
  if (key === 'x') process.exit(3)
  if (key === 't') throw new Error('thrown in a key')
  if (key === 'r') void Promise.reject(new Error('rejected in a key'))
  if (key === '\x1a') terminal.suspend()
  if (key === 'e' && pulse) {
    clearInterval(pulsing)
    writeFileSync(pulse, 'lending')
  }
  if (key === 'e')
    await terminal.lend(() => run('sh', ['-c', 'echo in the child; read answer; echo "got $answer"']))
  if (key === 'i') {
    await terminal.lend(async () => {})
    process.kill(process.pid, 'SIGINT')
  }
  if (key === 'f') await terminal.lend(() => Promise.reject(new Error('no such editor'))).catch(() => {})
  if (key === 'F') setInterval(() => draw(`flood ${Math.round(performance.now())}`, String(++frames % 10)), 1)
  draw('key')
}

const [pulse] = process.argv.slice(2)
const beat = () => writeFileSync(pulse!, String(++beats))
if (pulse) pulsing = setInterval(beat, 10)
terminal.open()
compositor = new Compositor(terminal, terminal.screen, means)
draw('ready')
