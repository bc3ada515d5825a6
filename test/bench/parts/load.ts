// A load of plain keep-alive requests from a process of its own: node load.ts URL TOKEN CONNECTIONS SECONDS [METHOD BODY]
// `2000n` instead of seconds: so many requests.
import { connect } from 'node:net'

const [url, token, connections, seconds, method = 'GET', body = ''] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string?,
  string?,
]
const { hostname, port, pathname, search } = new URL(url)
const payload = Buffer.from(body)
const request = Buffer.concat([
  Buffer.from(
    `${method} ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAuthorization: Bearer ${token}\r\n` +
      (body ? `Content-Type: application/json\r\nContent-Length: ${payload.length}\r\n` : '') +
      '\r\n',
  ),
  payload,
])
const times: number[] = []
let failed = 0
const start = performance.now()
const most = seconds.endsWith('n') ? Number(seconds.slice(0, -1)) : Number.POSITIVE_INFINITY
const end = seconds.endsWith('n') ? Number.POSITIVE_INFINITY : start + Number(seconds) * 1000
let begun = 0

const one = (): Promise<void> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    socket.setNoDelay(true)
    let sent = 0
    let buffer = Buffer.alloc(0)
    const send = (): void => {
      begun += 1
      sent = performance.now()
      socket.write(request)
    }
    socket.on('connect', send)
    socket.on('error', reject)
    socket.on('data', chunk => {
      buffer = buffer.length === 0 ? chunk : Buffer.concat([buffer, chunk])
      const head = buffer.indexOf('\r\n\r\n')
      if (head < 0) return
      const text = buffer.toString('latin1', 0, head)
      const length = text.match(/content-length: (\d+)/i)
      const whole = length
        ? buffer.length >= head + 4 + Number(length[1])
        : buffer.includes('\r\n0\r\n\r\n', head)
      if (!whole) return
      if (!/^HTTP\/1.1 2/.test(text)) failed += 1
      buffer = Buffer.alloc(0)
      times.push(performance.now() - sent)
      if (performance.now() < end && begun < most) send()
      else {
        socket.destroy()
        resolve()
      }
    })
  })

await Promise.all(Array.from({ length: Number(connections) }, one))
times.sort((a, b) => a - b)
const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? 0
process.stdout.write(
  JSON.stringify({
    rate: times.length / ((performance.now() - start) / 1000),
    p50: at(0.5),
    p99: at(0.99),
    failed,
  }),
)
