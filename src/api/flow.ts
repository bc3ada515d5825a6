/**
 * What is made piece by piece, as the body of an answer. No piece is made before it is wanted, nothing goes on for
 * somebody who has left, and a failure breaks the answer off: nobody takes the half for the whole.
 */
export const flow = (
  make: (signal: AbortSignal) => AsyncGenerator<Uint8Array>,
  left = new AbortController(),
): ReadableStream<Uint8Array> => {
  const pieces = make(left.signal)
  return new ReadableStream<Uint8Array>(
    {
      async pull(out) {
        const { done, value } = await pieces.next()
        if (done) out.close()
        else out.enqueue(value)
      },
      cancel() {
        left.abort()
        pieces.return(undefined).catch(() => undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

/** The same where the first piece comes by itself: what cannot be begun is refused, not broken off. */
export const begun = async (
  make: (signal: AbortSignal) => AsyncGenerator<Uint8Array>,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> => {
  const left = new AbortController()
  signal.addEventListener('abort', () => left.abort(), { once: true })
  const pieces = make(left.signal)
  const first = await pieces.next()
  return flow(async function* () {
    if (first.done) return
    yield first.value
    yield* pieces
  }, left)
}
