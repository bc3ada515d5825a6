// Diagnoses a long log and prints how fast and in how much memory, as JSON.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Diagnoser } from '../../../src/cookbook/diagnosis/diagnose.ts'
import { healthyLogs } from '../../corpus/healthy.ts'

const sizes: Readonly<Record<string, number>> = { serving: 1e9, crashes: 5e7 }
const wanted = sizes[process.argv[2] ?? 'serving'] ?? 1e9
const chunkBytes = 64 * 1024

const serving = (): string => {
  const [started] = healthyLogs(1)
  const lines = Array.from({ length: 40_000 }, (_, at) =>
    at % 3 === 0
      ? `(APIServer pid=300) INFO 01-07 02:${10 + (at % 50)}:17 [loggers.py:236] Engine 000: Avg prompt throughput: ${at % 900}.4 tokens/s, Avg generation throughput: 45.6 tokens/s, Running: 3 reqs, GPU KV cache usage: 12.3%`
      : `(APIServer pid=300) INFO:     127.0.0.1:${40_000 + (at % 9000)} - "POST /v1/chat/completions HTTP/1.1" ${at % 97 === 0 ? '400 Bad Request' : '200 OK'}`,
  )
  return `${started!.log}${lines.join('\n')}\n`
}

const crashes = (): string => {
  const corpus: { log: string }[] = JSON.parse(
    readFileSync(fileURLToPath(new URL('../../corpus/serve-failures.json', import.meta.url)), 'utf8'),
  )
  return `${corpus.map(entry => entry.log).join('\n')}\n`
}

const text = process.argv[2] === 'crashes' ? crashes() : serving()
const piece = Buffer.from(text)
const diagnoser = new Diagnoser()
const started = performance.now()
let sent = 0
while (sent < wanted) {
  for (let at = 0; at < piece.length && sent < wanted; at += chunkBytes) {
    const chunk = piece.subarray(at, at + chunkBytes)
    diagnoser.push(chunk)
    sent += chunk.length
  }
}
diagnoser.end()
const seconds = (performance.now() - started) / 1000
process.stdout.write(
  JSON.stringify({
    megabytesPerSecond: sent / 1e6 / seconds,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  }),
)
