import { cookbook } from '../../../src/contract/cookbook.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import type { Serve, ServeMetrics } from '../../../src/contract/serve.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { plot } from '../../widgets/charts.ts'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Box } from '../pane.ts'

interface Seen {
  samples: readonly ServeMetrics[]
  gpus: readonly { memory: number | null; power: number | null }[]
}

/** What a serve measured of itself, and what its GPUs did meanwhile, as plots. */
export class Metrics {
  readonly #shell: Shell
  #id: string | null = null
  #seen: Seen | null = null
  #error: string | null = null

  constructor(shell: Shell) {
    this.#shell = shell
    shell.live.onEvent(({ noun, id }) => {
      if (noun === 'serve' && id === this.#id) void this.#read(id)
    })
  }

  look(serve: Serve): void {
    if (serve.id !== this.#id) this.#seen = null
    this.#id = serve.id
    void this.#read(serve.id)
  }

  async #read(id: string): Promise<void> {
    const serve = this.#shell.world.serves.get(id)
    if (!serve) return
    try {
      const since = Date.now() - 3_600_000
      const [{ samples }, history] = await Promise.all([
        this.#shell.client.call(cookbook.metrics, { id }),
        this.#shell.client.call(hosts.history, { id: serve.host, since }),
      ])
      const mine = new Set(serve.gpus)
      const gpus = history.samples.map(sample => {
        const used = sample.gpus.filter(({ index }) => mine.size === 0 || mine.has(index))
        return { memory: sum(used.map(gpu => gpu.used_mib)), power: sum(used.map(gpu => gpu.power_w)) }
      })
      this.#seen = { samples, gpus }
      this.#error = null
    } catch (error) {
      this.#error = (error as Error).message
    }
    this.#shell.signal.soon()
  }

  rows(serve: Serve, { width, height }: Box): string[] {
    if (this.#error !== null) return wrapText(`No measurements: ${sanitiseText(this.#error)}`, width)
    if (!this.#seen || this.#id !== serve.id) return [toned('Reading what it measured.', 'quiet')]
    const { samples, gpus } = this.#seen
    const each = Math.max(2, Math.floor(height / 4) - 1)
    const one = (
      title: string,
      values: (number | null)[],
      label: (value: number) => string,
      top?: number,
    ) => {
      const last = values.findLast(value => value !== null)
      const options = { unicode: this.#shell.host.unicode, label, ...(top === undefined ? {} : { top }) }
      return [
        toned(`${title}  ${last == null ? 'not known' : label(last)}`, 'strong'),
        ...plot(values, { width, height: each }, options),
      ]
    }
    const percent = (value: number) => `${Math.round(value * 100)}%`
    return [
      ...one(
        'tokens a second',
        samples.map(sample => sample.tokens_per_second),
        value => String(Math.round(value)),
      ),
      ...one(
        'KV cache in use',
        samples.map(sample => sample.kv_use),
        percent,
        1,
      ),
      ...one(
        'GPU memory',
        gpus.map(({ memory }) => memory),
        value => `${Math.round(value / 1024)}G`,
      ),
      ...one(
        'GPU power',
        gpus.map(({ power }) => power),
        value => `${Math.round(value)}W`,
      ),
    ]
  }
}

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null)
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0)
}
