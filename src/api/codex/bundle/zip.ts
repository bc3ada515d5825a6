import { crc32 } from 'node:zlib'

export interface Entry {
  path: string
  text: string
  executable?: boolean
}

const UTF8_NAMES = 0x0800
const MADE_ON_UNIX = 0x0314
const FIRST_DAY = 0x0021

/** A zip archive of small texts, stored as they are. The same entries give the same bytes. */
export const zip = (entries: readonly Entry[]): Uint8Array<ArrayBuffer> => {
  const files: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { path, text, executable } of entries) {
    const name = Buffer.from(path)
    const data = Buffer.from(text)
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt16LE(UTF8_NAMES, 2)
    shared.writeUInt16LE(FIRST_DAY, 8)
    shared.writeUInt32LE(crc32(data), 10)
    shared.writeUInt32LE(data.length, 14)
    shared.writeUInt32LE(data.length, 18)
    shared.writeUInt16LE(name.length, 22)
    const place = Buffer.alloc(14)
    place.writeUInt32LE(((executable ? 0o100755 : 0o100644) << 16) >>> 0, 6)
    place.writeUInt32LE(offset, 10)
    const file = Buffer.concat([signature(0x04034b50), shared, name, data])
    files.push(file)
    directory.push(signature(0x02014b50), u16(MADE_ON_UNIX), shared, place, name)
    offset += file.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(listing.length, 8)
  end.writeUInt32LE(offset, 12)
  return new Uint8Array(Buffer.concat([...files, listing, signature(0x06054b50), end]))
}

const signature = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

const u16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16LE(value)
  return bytes
}
