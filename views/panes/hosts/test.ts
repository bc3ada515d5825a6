import { type Host, type ProbeStep, hosts as routes } from '../../../src/contract/hosts.ts'
import type { Shell } from '../../shell/shell.ts'
import { jsonLines } from '../../store/lines.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'

/** A test of a host, its steps shown as they end. */
export class HostTest {
  readonly #shell: Shell
  #host: string | null = null
  #steps: ProbeStep[] = []
  #ended: string | null = null
  #asking = new AbortController()

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** `found`: what the test came to a question with, a key nobody has compared yet. */
  start(host: Host, found: (fingerprint: string) => void = () => {}): void {
    this.#asking.abort()
    this.#asking = new AbortController()
    this.#host = host.id
    this.#steps = []
    this.#ended = null
    void this.#run(host.id, this.#asking.signal, found)
  }

  /** Leaves the result; false where there was none. */
  dismiss(): boolean {
    if (this.#host === null) return false
    this.#asking.abort()
    this.#host = null
    return true
  }

  unknownKey(host: string): string | null {
    if (host !== this.#host) return null
    return this.#steps.map(({ detail }) => unknownKey(detail)).find(key => key !== null) ?? null
  }

  async #run(id: string, signal: AbortSignal, found: (fingerprint: string) => void): Promise<void> {
    try {
      const response = await this.#shell.client.stream(routes.test, { id }, { signal })
      for await (const step of jsonLines<ProbeStep>(response)) {
        this.#steps.push(step)
        this.#shell.signal.soon()
      }
      this.#ended = this.#steps.every(({ ok }) => ok !== false)
        ? 'Everything works.'
        : 'Not everything works.'
    } catch (error) {
      if (signal.aborted) return
      this.#ended = `The test broke off: ${(error as Error).message}`
    }
    const fingerprint = this.unknownKey(id)
    if (fingerprint !== null && !signal.aborted) found(fingerprint)
    await this.#shell.world.hosts.refresh()
    this.#shell.signal.soon()
  }

  #verdict(): string {
    if (this.#ended === null) return `Being tested, ${this.#steps.length} steps so far.`
    const count = (ok: ProbeStep['ok'], word: string) => {
      const found = this.#steps.filter(step => step.ok === ok).length
      return found === 0 ? '' : `${found} ${word}`
    }
    const counts = [
      count(true, 'ok'),
      count('warn', 'warned'),
      count(false, 'failed'),
      count('skip', 'skipped'),
    ]
    return `${sanitiseText(this.#ended)} ${counts.filter(Boolean).join(', ')}`
  }

  /** Null where this host is not the one tested last. */
  rows({ id, name }: Host, width: number): string[] | null {
    if (id !== this.#host) return null
    const rows = this.#steps.flatMap(({ ok, title, detail, advice }) => {
      const [sign, tone] =
        ok === true
          ? (['ok  ', 'good'] as const)
          : ok === false
            ? (['FAIL', 'bad'] as const)
            : ok === 'warn'
              ? (['warn', 'warn'] as const)
              : (['skip', 'quiet'] as const)
      const words = wrapText(`${sanitiseText(title)}: ${sanitiseText(detail)}`, Math.max(8, width - 5))
      const help = !advice?.trim() ? [] : wrapText(sanitiseText(advice), Math.max(8, width - 7))
      return [
        ...words.map((row, i) => `${i === 0 ? toned(sign, tone) : '    '} ${row}`),
        ...help.map(row => `       ${toned(row, 'accent')}`),
      ]
    })
    // First, where it is read without scrolling.
    const head = wrapText(`${sanitiseText(name)}: ${this.#verdict()}`, width).map(row => toned(row, 'strong'))
    return [...head, '', ...rows]
  }
}

/** The fingerprint in a refusal that is about a key nobody has compared yet. */
export function unknownKey(reason: string | null): string | null {
  if (reason === null || !reason.includes('not known yet')) return null
  return /SHA256:[A-Za-z0-9+/]+/.exec(reason)?.[0] ?? null
}
