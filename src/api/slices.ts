import { Written } from './bind.ts'

/** As much of a long answer as is written at once. */
const SLICE = 500

/**
 * A list whose items are JSON already, and what follows it. A long one leaves in slices, as fast as its reader takes
 * them: neither does it stand in memory as a whole, nor does anybody wait behind it.
 */
export const listInSlices = <T>(
  items: readonly T[],
  text: (item: T) => string,
  rest: object,
): Written | Response => {
  const end = `],${JSON.stringify(rest).slice(1)}`
  if (items.length <= SLICE) return new Written(`{"items":[${items.map(text).join()}${end}`)
  const encoder = new TextEncoder()
  let at = 0
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const slice = items
        .slice(at, at + SLICE)
        .map(text)
        .join()
      controller.enqueue(encoder.encode(at === 0 ? `{"items":[${slice}` : `,${slice}`))
      at += SLICE
      if (at >= items.length) {
        controller.enqueue(encoder.encode(end))
        controller.close()
      } else await new Promise(resolve => setImmediate(resolve))
    },
  })
  return new Response(body, { headers: { 'content-type': 'application/json' } })
}
