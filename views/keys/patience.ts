/** How long the next key waits for what the last one does: what is typed ahead is meant for what that opens. */
export const typedAhead = 100
/** The same where the API is asked first for what opens, or where what was done before has to be answered first. */
export const forAnswer = 1000

/** Waits for it, but no longer than this; true where it is settled. */
export async function atMost(done: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const settled = done.then(
    () => true,
    () => true,
  )
  const tired = new Promise<boolean>(resolve => {
    timer = setTimeout(() => resolve(false), ms)
  })
  try {
    return await Promise.race([settled, tired])
  } finally {
    clearTimeout(timer)
  }
}
