import { crc32, inflateRawSync } from 'node:zlib'
import { Problem } from '../contract/problem.ts'

export interface Unpacked {
  path: string
  data: Buffer
  executable: boolean
}

const MOST = 10_000_000

/** The files of a small archive. One that would write outside its folder, or is damaged, is refused whole. */
export const unzip = (archive: Buffer): Unpacked[] => {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  if (end < 0 || archive.length > MOST) throw broken('it is no zip archive')
  const files: Unpacked[] = []
  let at = archive.readUInt32LE(end + 16)
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== 0x02014b50) throw broken('its directory is damaged')
    const [method, sum] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 16)]
    const [packed, nameLength] = [archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28)]
    const [mode, offset] = [archive.readUInt32LE(at + 38) >>> 16, archive.readUInt32LE(at + 42)]
    const path = archive.toString('utf8', at + 46, at + 46 + nameLength)
    at += 46 + nameLength + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32)
    if (path.endsWith('/')) continue
    if (path.startsWith('/') || path.split(/[/\\]/).includes('..')) throw broken(`it holds the path ${path}`)
    const start = offset + 30 + archive.readUInt16LE(offset + 26) + archive.readUInt16LE(offset + 28)
    const raw = archive.subarray(start, start + packed)
    const data = method === 8 ? inflateRawSync(raw, { maxOutputLength: MOST }) : raw
    if (crc32(data) !== sum) throw broken(`${path} is damaged`)
    files.push({ path, data, executable: (mode & 0o111) !== 0 })
  }
  return files
}

const broken = (why: string): Problem => new Problem('upstream', `What was sent cannot be unpacked: ${why}.`)
