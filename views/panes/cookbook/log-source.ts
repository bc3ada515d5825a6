import type { Client } from '../../../src/client/client.ts'
import { cookbook } from '../../../src/contract/cookbook.ts'
import { type LogSource, pageSize } from '../../widgets/log/source.ts'

/** A serve's log where it is, asked for through the API in the bytes the screen can show. */
export function serveLog(client: Client, id: string): LogSource {
  const read = async (offset: number, length: number) => {
    const response = await client.stream(cookbook.log, { id, offset, length })
    const bytes = new Uint8Array(await response.arrayBuffer())
    return { bytes, start: Number(response.headers.get('ithaca-log-start') ?? 0) }
  }
  return {
    async tail(max) {
      // It may have grown since the question: for the screen it ends where the answer does.
      const { bytes, start } = await read(-max, max)
      return { bytes, size: start + bytes.length }
    },
    read: async page => (await read(page * pageSize, pageSize)).bytes,
  }
}
