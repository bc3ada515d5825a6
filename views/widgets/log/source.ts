/** Bytes of a log are read in aligned pages of this size. */
export const pageSize = 65_536

/** A log of any length, wherever it is. The screen asks; nothing is pushed at it. */
export interface LogSource {
  /** How long it is now, and up to `max` of its last bytes: one question, asked over and over while following. */
  tail(max: number): Promise<{ size: number; bytes: Uint8Array }>
  /** Page number `page`; shorter where the log ends in it. */
  read(page: number): Promise<Uint8Array>
}
