type Pieces = AsyncGenerator<Uint8Array>

/**
 * What is made piece by piece, as the body of an answer. No piece is made before it is wanted, nothing goes on for
 * somebody who has left, and a failure breaks the answer off: nobody takes the half for the whole.
 */
export const flow = (make: (signal: AbortSignal) => Pieces): ReadableStream<Uint8Array> => {
  const left = new AbortController()
  return bodyOf(make(left.signal), left)
}

/** The same where the first piece comes by itself: what cannot be begun is refused, not broken off. */
export const begun = async (
  make: (signal: AbortSignal) => Pieces,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> => {
  const left = new AbortController()
  if (signal.aborted) left.abort()
  else signal.addEventListener('abort', () => left.abort(), { once: true })
  const pieces = make(left.signal)
  return bodyOf(pieces, left, await pieces.next())
}

const bodyOf = (
  pieces: Pieces,
  left: AbortController,
  first?: IteratorResult<Uint8Array>,
): ReadableStream<Uint8Array> => {
  let made = first
  return new ReadableStream<Uint8Array>(
    {
      async pull(out) {
        const { done, value } = made ?? (await pieces.next())
        made = undefined
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
