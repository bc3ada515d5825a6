import { Transform } from 'node:stream'
import { Bytes } from './bytes.ts'

/** Passes on what follows the marker; what a login shell's start-up files print before it is dropped. */
export function afterMarker(marker: string): Transform {
  const bytes = new Bytes()
  let found = false
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      if (found) return done(null, chunk)
      bytes.push(chunk)
      if (bytes.takeBefore(marker) === null) {
        bytes.skipTowards(marker)
        return done()
      }
      found = true
      this.emit('marker')
      const rest = bytes.take(bytes.size)!
      done(null, rest.length > 0 ? rest : undefined)
    },
  })
}
