import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { type Bind, Written } from '../bind.ts'
import type { Call } from '../call.ts'

const WORTH_IT = 1024
const pack = promisify(gzip)

/** Long answers to readers who take them packed. Only reading: an answer that is remembered is kept as it is. */
export const packed =
  (bind: Bind): Bind =>
  (route, handler) =>
    route.method !== 'GET'
      ? bind(route, handler)
      : bind(route, (input, call) => {
          const value = handler(input, call)
          return accepts(call.http.req.header('accept-encoding')) ? shorter(value, call) : value
        })

const shorter = async (answer: unknown, { http }: Call): Promise<unknown> => {
  const value = await answer
  if (value instanceof Response) return value
  const text = value instanceof Written ? value.text : JSON.stringify(value)
  if (Buffer.byteLength(text) < WORTH_IT) return value
  const bytes = new Uint8Array(await pack(text, { level: constants.Z_BEST_SPEED }))
  return http.body(bytes, 200, {
    'content-type': 'application/json',
    'content-encoding': 'gzip',
    vary: 'accept-encoding',
  })
}

const accepts = (header: string | undefined): boolean =>
  (header ?? '').split(',').some(part => {
    const [name, weight] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    return (name === 'gzip' || name === '*') && !/^q=0(?:\.0*)?$/.test(weight ?? '')
  })
