import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A line to a server of this machine that breaks when it is told to. */
export interface CutLine extends AsyncDisposable {
  readonly port: number
  /** Sees what goes to the server and what comes back; `cut` breaks this connection at once, before that is passed on. */
  watch: ((way: 'to' | 'from', bytes: Buffer, cut: () => void) => void) | null
  /** Breaks every connection and accepts none until it is mended. */
  sever(): void
  mend(): void
}

export const openCutLine = async (target: number): Promise<CutLine> => {
  const sockets = new Set<Socket>()
  const line: Pick<CutLine, 'watch'> = { watch: null }
  let severed = false
  const server = createServer(near => {
    if (severed) return void near.destroy()
    const far = connect(target, '127.0.0.1')
    let broken = false
    const cut = (): void => {
      broken = true
      near.destroy()
      far.destroy()
    }
    for (const [one, other, way] of [
      [near, far, 'to'],
      [far, near, 'from'],
    ] as const) {
      sockets.add(one)
      one.on('data', bytes => {
        line.watch?.(way, bytes, cut)
        if (!broken) other.write(bytes)
      })
      one.on('error', cut)
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return Object.assign(line, {
    port: (server.address() as AddressInfo).port,
    sever() {
      severed = true
      for (const socket of sockets) socket.destroy()
    },
    mend() {
      severed = false
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  })
}
