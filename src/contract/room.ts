const UNITS = ['MiB', 'GiB', 'TiB'] as const

const counted = (bytes: number): readonly [figure: string, unit: (typeof UNITS)[number]] => {
  const steps = bytes >= 1024 ** 4 ? 2 : bytes >= 1024 ** 3 ? 1 : 0
  const value = bytes / 1024 ** (steps + 2)
  return [value.toFixed(steps > 0 && value < 100 ? 1 : 0), UNITS[steps]!]
}

/** Room on a disk: the same figure wherever it is told. */
export const roomWords = (bytes: number): string => counted(bytes).join(' ')

/** The same where a cell counts: 77.7G. */
export const roomShort = (bytes: number): string => {
  const [figure, unit] = counted(bytes)
  return figure + unit[0]
}
