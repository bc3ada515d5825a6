/** Appends lines to a log at an even rate until it is killed: `screen-flood LOG LINES_PER_SECOND`. */
import { openSync, writeSync } from 'node:fs'

const [log, rate] = process.argv.slice(2)
const file = openSync(log!, 'a')
const began = performance.now()
let written = 0

setInterval(() => {
  const due = Math.floor(((performance.now() - began) / 1000) * Number(rate))
  let lines = ''
  for (; written < due; written++)
    lines += `02:10:00 (EngineCore pid=4711) \x1b[33mWARN\x1b[0m line ${written} of a flood, queue ${written % 997} deep, kv ${written % 100}%\n`
  writeSync(file, lines)
}, 5)
