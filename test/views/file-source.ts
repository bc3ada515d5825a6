import type { FileHandle } from 'node:fs/promises'
import { type LogSource, pageSize } from '../../views/widgets/log/source.ts'

/** A log in a local file. */
export function fileSource(file: FileHandle): LogSource {
  const read = async (from: number, length: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
    return buffer.subarray(0, bytesRead)
  }
  return {
    async tail(max) {
      const { size } = await file.stat()
      const from = Math.max(0, size - max)
      const bytes = await read(from, size - from)
      return { size: from + bytes.length, bytes }
    },
    read: page => read(page * pageSize, pageSize),
  }
}
