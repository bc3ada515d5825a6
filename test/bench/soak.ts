import { setTimeout as pause } from 'node:timers/promises'
import { type OpenLog, openLog, residentMiB } from './parts/open-log.ts'
import { median } from './parts/processes.ts'
import type { Print } from './run.ts'

export const name =
  'soak: a million lines open and followed while more arrive (`npm run bench -- soak 60`: an hour)'

const lines = 1_000_000
const linesPerSecond = 500
const between = 10_000

/** Whether the program's memory stays where it is: `minutes` of lines arriving, keys now and then, its size every ten seconds. */
export const run = async (print: Print, [minutes = 3]: readonly number[] = []): Promise<void> => {
  const open = await openLog({ cols: 120, rows: 40 }, lines)
  try {
    open.flood(linesPerSecond)
    report(print, minutes, await sample(open, minutes))
  } finally {
    await open.close()
  }
}

interface Sample {
  minute: number
  mib: number
}

async function sample({ pty }: OpenLog, minutes: number): Promise<Sample[]> {
  const tour = ['\x1b[5~', '\x1b[5~', 'l', 'h', 'g', '\x1b[6~', 'w', 'w', 'G']
  const sampled: Sample[] = []
  const began = performance.now()
  const end = began + minutes * 60_000
  for (let turn = 0; performance.now() < end; turn++) {
    pty.send(tour[turn % tour.length]!)
    await pause(Math.min(between, Math.max(0, end - performance.now())))
    const minute = (performance.now() - began) / 60_000
    const mib = residentMiB(pty.pty.pid)
    sampled.push({ minute, mib })
    process.stdout.write(`    ${minute.toFixed(1).padStart(6)} min ${mib.toFixed(1).padStart(7)} MiB\n`)
  }
  return sampled
}

function report(print: Print, minutes: number, sampled: readonly Sample[]): void {
  // What the first tenth does is warming up.
  const warm = sampled.filter(({ minute }) => minute >= minutes / 10)
  const sizes = sampled.map(({ mib }) => mib)
  print({ what: 'resident, the most', value: Math.max(...sizes), unit: 'MiB', limit: 180 })
  print({ what: 'resident, median', value: median(sizes), unit: 'MiB', limit: 180 })
  print({ what: `slope over ${minutes} min, after the first tenth`, value: slope(warm) * 60, unit: 'MiB/h' })
  const third = Math.max(1, Math.floor(warm.length / 3))
  const first = median(warm.slice(0, third).map(({ mib }) => mib))
  const last = median(warm.slice(-third).map(({ mib }) => mib))
  // Garbage is collected every minute or two: a shorter run sees one tooth of the saw.
  const limit = minutes >= 10 ? { limit: 10 } : {}
  print({ what: 'last third beyond the first, medians', value: last - first, unit: 'MiB', ...limit })
}

/** Of the straight line that fits best, in MiB a minute. */
function slope(points: readonly Sample[]): number {
  const mean = (of: (point: Sample) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(point => point.minute), mean(point => point.mib)]
  const up = points.reduce((sum, { minute, mib }) => sum + (minute - x) * (mib - y), 0)
  const along = points.reduce((sum, { minute }) => sum + (minute - x) ** 2, 0)
  return along === 0 ? 0 : up / along
}
