import { type Host, HostError } from '../hosts/host.ts'
import { quote } from '../hosts/quote.ts'

/**
 * Pushes a log's bytes from `from` on as they are written, on a channel of its own, no faster than they are taken.
 * It ends when `signal` says so, or by throwing when the connection is lost.
 */
export async function* follow(
  host: Host,
  path: string,
  options: { from: number; signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const script = `exec tail -c +${Math.floor(options.from) + 1} -f ${quote(path)}`
  const shell = await host.stream(script, { signal: options.signal }).catch(error => {
    if (options.signal.aborted) return null
    throw error
  })
  if (!shell) return
  shell.stderr.resume()
  try {
    for await (const chunk of shell.stdout) yield chunk
    if (!options.signal.aborted)
      throw new HostError(
        'lost',
        `Following ${path} on ${host.name} ended: the connection was lost, or the log cannot be read.`,
      )
  } catch (error) {
    if (!options.signal.aborted) throw error
  } finally {
    shell.kill('TERM')
  }
}
