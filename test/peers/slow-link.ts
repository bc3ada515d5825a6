import { connect, createServer, type Server, type Socket } from 'node:net'

export interface SlowLink {
  readonly port: number
  /** Bytes carried so far, towards the server and back. */
  readonly carried: { there: number; back: number }
  /** Nothing passes any more, but no end is told: as a pulled cable. */
  cut(): void
  /** New connections pass again; what was cut stays dead. */
  restore(): void
  /** Ends every connection through the link at once, as a rebooting router does. */
  drop(): void
  close(): Promise<void>
}

export interface LinkOptions {
  /** One way, in milliseconds: half of what a question and its answer take. */
  delayMs?: number
  bytesPerSecond?: number
}

/**
 * Carries one direction: each chunk leaves `delayMs` after it came and no faster than the link allows. One timer per
 * direction keeps the order, and a reader that is slow holds the sender up.
 */
function carry(
  from: Socket,
  to: Socket,
  options: Required<LinkOptions>,
  open: () => boolean,
  count: (n: number) => void,
) {
  const queue: { due: number; chunk: Buffer | null }[] = []
  let timer: NodeJS.Timeout | null = null
  let free = 0
  let waiting = 0
  const window = Math.max(65_536, (options.bytesPerSecond * options.delayMs * 2) / 1000)
  const flush = () => {
    timer = null
    while (queue.length > 0 && queue[0]!.due <= performance.now()) {
      const { chunk } = queue.shift()!
      if (!open()) continue
      if (chunk === null) to.end()
      else {
        waiting -= chunk.length
        count(chunk.length)
        to.write(chunk)
      }
    }
    if (waiting < window && from.isPaused() && open()) from.resume()
    if (queue.length > 0) timer = setTimeout(flush, Math.max(1, queue[0]!.due - performance.now()))
  }
  const push = (chunk: Buffer | null) => {
    const now = performance.now()
    free = Math.max(now, free) + ((chunk?.length ?? 0) * 1000) / options.bytesPerSecond
    queue.push({ due: free + options.delayMs, chunk })
    waiting += chunk?.length ?? 0
    if (waiting >= window) from.pause()
    timer ??= setTimeout(flush, queue[0]!.due - now)
  }
  from.on('data', push)
  from.on('end', () => push(null))
  from.on('close', () => {
    if (open() && from.errored) to.destroy()
  })
  return () => {
    if (timer) clearTimeout(timer)
  }
}

/** A TCP proxy in front of a port on loopback that behaves like a long thin line. */
export async function startSlowLink(
  target: number,
  { delayMs = 75, bytesPerSecond = 1_000_000 }: LinkOptions = {},
): Promise<SlowLink> {
  const options = { delayMs, bytesPerSecond }
  const carried = { there: 0, back: 0 }
  const pairs = new Set<{ ends: Socket[]; cut: boolean; stop: () => void }>()
  let isCut = false
  const server: Server = createServer({ allowHalfOpen: true, noDelay: true }, near => {
    const far = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const pair = { ends: [near, far], cut: isCut, stop: () => {} }
    const open = () => !pair.cut
    const stops = [
      carry(near, far, options, open, n => {
        carried.there += n
      }),
      carry(far, near, options, open, n => {
        carried.back += n
      }),
    ]
    pair.stop = () => {
      for (const stop of stops) stop()
      for (const end of pair.ends) end.destroy()
      pairs.delete(pair)
    }
    pairs.add(pair)
    for (const end of pair.ends) end.on('error', () => pair.stop())
    far.on('close', () => {
      if (near.destroyed) pair.stop()
    })
    near.on('close', () => {
      if (far.destroyed) pair.stop()
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    port,
    carried,
    cut() {
      isCut = true
      for (const pair of pairs) pair.cut = true
    },
    restore() {
      isCut = false
    },
    drop() {
      for (const pair of [...pairs]) pair.stop()
    },
    async close() {
      for (const pair of [...pairs]) pair.stop()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}
