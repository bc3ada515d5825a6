/** Less than this would be told as 0.0. */
const LEAST = 0.05

/** It fits, and nothing more does. */
export const isBarely = (gib: number): boolean => gib >= 0 && gib < LEAST

/** How much memory is left over or missing, of GiB: never none of either. */
export const spareWords = (gib: number): string => {
  const much = Math.abs(gib) < LEAST ? 'less than 0.1' : Math.abs(gib).toFixed(1)
  return `${much} GiB ${gib < 0 ? 'short' : 'to spare'}`
}
