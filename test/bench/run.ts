// `npm run bench` runs every measure; `npm run bench -- search fit` only those. Rows go to .bench/<name>.json too.
// Numbers among the names are for the measures: `npm run bench -- soak 60` takes an hour.
import { readdirSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { openPlace } from './parts/place.ts'

export interface Row {
  what: string
  value: number
  unit: string
  /** The budget: value should be at most this (or at least, where `least` is set). */
  limit?: number
  least?: boolean
  /** What stands beside it in the same run. */
  beside?: string
  beside_value?: number
  /** The slow end of a rate: 99 of 100 took less, in milliseconds; and that of what stands beside it. */
  p99?: number
  beside_p99?: number
}
export type Print = (row: Row) => void

const words = process.argv.slice(2)
const numbers = words.filter(word => /^[\d.]+$/.test(word)).map(Number)
const wanted = words.filter(word => !/^[\d.]+$/.test(word))
const names = readdirSync(import.meta.dirname)
  .filter(file => file.endsWith('.ts') && file !== 'run.ts')
  .map(file => file.slice(0, -3))
  .filter(name => wanted.length === 0 || wanted.includes(name))

let missed = 0
const place = openPlace()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.once(signal, () => {
    place.close()
    process.exit(128 + constants.signals[signal])
  })
process.on('uncaughtExceptionMonitor', () => void place.close())
for (const name of names) {
  const measure = (await import(`./${name}.ts`)) as {
    name?: string
    run?: (print: Print, numbers: readonly number[]) => Promise<void>
  }
  if (!measure.run) continue
  const rows: Row[] = []
  process.stdout.write(`\n${measure.name ?? name}\n`)
  await measure.run(row => {
    rows.push(row)
    const ok = row.limit === undefined || (row.least ? row.value >= row.limit : row.value <= row.limit)
    if (!ok) missed += 1
    const beside = row.beside
      ? `   beside ${row.beside}${row.beside_value === undefined ? '' : `: ${shown(row.beside_value)}`}`
      : ''
    const limit =
      row.limit === undefined
        ? ''
        : `   ${row.least ? 'at least' : 'at most'} ${shown(row.limit)}: ${ok ? 'ok' : row.least ? 'UNDER' : 'OVER'}`
    const slow =
      row.p99 === undefined
        ? ''
        : `   p99 ${shown(row.p99)} ms${row.beside_p99 === undefined ? '' : `, beside it ${shown(row.beside_p99)}`}`
    process.stdout.write(
      `  ${row.what.padEnd(58)} ${shown(row.value).padStart(10)} ${row.unit}${limit}${beside}${slow}\n`,
    )
  }, numbers)
  writeFileSync(`.bench/${name}.json`, `${JSON.stringify(rows, null, 2)}\n`)
}
for (const left of place.close()) process.stdout.write(`\nStill ran at the end, and was ended: ${left}\n`)
process.stdout.write(missed === 0 ? '\nEvery budget met.\n' : `\n${missed} budgets missed.\n`)
process.exit(0)

function shown(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  return Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(3)))
}
