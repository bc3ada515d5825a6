import { cookbook } from '../../../src/contract/cookbook.ts'
import { hosts } from '../../../src/contract/hosts.ts'
import type { Serve, ServeMetrics } from '../../../src/contract/serve.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { plot } from '../../widgets/charts.ts'
import { cut, wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Box } from '../pane.ts'
import { age, clock } from '../words.ts'
import { onClock, type Point, spanOf, timeAxis } from './series.ts'

const hour = 3_600_000
/** What is measured less often than it is drawn is held so long. */
const holds = 90_000
/** Cells at the left of a plot that its scale takes. */
const scale = 8

interface Gpus {
  at: number
  memory: number | null
  power: number | null
}

/** What a serve measured of itself, and what its GPUs did meanwhile, as plots on one clock. */
export class Metrics {
  readonly #shell: Shell
  #id: string | null = null
  #samples: ServeMetrics[] = []
  #gpus: Gpus[] = []
  #known = false
  #error: string | null = null
  #reading: Promise<void> | null = null

  /** Where nobody looks any more, nothing is asked. */
  constructor(shell: Shell, isShown: () => boolean) {
    this.#shell = shell
    shell.live.onEvent(({ noun, id }) => {
      if (noun !== 'serve' || id !== this.#id) return
      if (isShown()) this.#again(id)
      else this.#id = null
    })
  }

  look(serve: Serve): void {
    if (serve.id === this.#id) return
    this.#samples = []
    this.#gpus = []
    this.#known = false
    this.#error = null
    this.#id = serve.id
    this.#again(serve.id)
  }

  /** One question at a time; what comes meanwhile is in its answer or in the next. */
  #again(id: string): void {
    this.#reading ??= this.#read(id).finally(() => {
      this.#reading = null
      // Somebody turned to another one meanwhile.
      if (this.#id !== null && this.#id !== id) this.#again(this.#id)
    })
  }

  /** Only what is new travels. */
  async #read(id: string): Promise<void> {
    const serve = this.#shell.world.serves.get(id)
    if (!serve) return
    const { client } = this.#shell
    const old = Date.now() - hour
    try {
      const [{ samples }, history] = await Promise.all([
        client.call(cookbook.metrics, { id, since: this.#samples.at(-1)?.at }),
        client.call(hosts.history, { id: serve.host, since: this.#gpus.at(-1)?.at ?? old }),
      ])
      if (this.#id !== id) return
      const mine = new Set(serve.gpus)
      const gpus = history.samples.map(({ at, gpus }) => {
        const used = gpus.filter(({ index }) => mine.size === 0 || mine.has(index))
        return { at, memory: sum(used.map(gpu => gpu.used_mib)), power: sum(used.map(gpu => gpu.power_w)) }
      })
      this.#samples = [...this.#samples, ...samples].filter(({ at }) => at > old)
      this.#gpus = [...this.#gpus, ...gpus].filter(({ at }) => at > old)
      this.#known = true
      this.#error = null
    } catch (error) {
      this.#error = (error as Error).message
    }
    this.#shell.signal.soon()
  }

  /** Its plots as high as there is room for, and over what time they go. */
  view(serve: Serve, { width, height }: Box): { rows: string[]; said: string } {
    const nothing = (rows: string[]) => ({ rows, said: 'metrics' })
    if (this.#error !== null) return nothing(wrapText(`No measurements: ${sanitiseText(this.#error)}`, width))
    if (!this.#known || this.#id !== serve.id) return nothing([toned('Reading what it measured.', 'quiet')])
    const times = [...this.#samples, ...this.#gpus].map(({ at }) => at)
    const to = Math.max(...times, 0)
    const span = spanOf(Math.min(...times), to)
    const series = this.#series()
    const silent = series.filter(({ points }) => points.every(({ value }) => value === null))
    const drawn = series.filter(one => !silent.includes(one))
    const words =
      silent.length === 0
        ? []
        : [toned(`Not measured: ${silent.map(({ title }) => title.toLowerCase()).join(', ')}.`, 'quiet')]
    const room = height - words.length - 1
    const each = Math.max(2, Math.min(12, Math.floor(room / Math.max(1, drawn.length)) - 1))
    const { unicode } = this.#shell.host
    const cells = Math.max(1, width - scale)
    const plots = drawn.flatMap(({ title, points, label, top }) => {
      const last = points.findLast(({ value }) => value !== null)!.value!
      const columns = cells * (unicode ? 2 : 1)
      const values = onClock(points, { to, span, columns, holds })
      const options = {
        unicode,
        label: (value: number) => label(value).padStart(scale - 2),
        ...(top ? { top } : {}),
      }
      return [toned(`${title}  ${label(last)}`, 'strong'), ...plot(values, { width, height: each }, options)]
    })
    // Words that stay as they are while nothing is measured: what was measured last is not now any more.
    const end = this.#shell.ages.now - to < holds ? 'now' : clock(to).slice(0, 5)
    const axis = drawn.length === 0 ? [] : [' '.repeat(scale) + toned(timeAxis(span, cells, end), 'quiet')]
    return {
      rows: [...plots, ...axis, ...words.map(row => cut(row, width))],
      said: `metrics of the last ${age(span)}`,
    }
  }

  #series(): { title: string; points: Point[]; label: (value: number) => string; top?: number }[] {
    const own = (pick: (sample: ServeMetrics) => number | null) =>
      this.#samples.map(sample => ({ at: sample.at, value: pick(sample) }))
    const gpus = (pick: (sample: Gpus) => number | null) =>
      this.#gpus.map(sample => ({ at: sample.at, value: pick(sample) }))
    return [
      { title: 'Tokens a second', points: own(one => one.tokens_per_second), label: tenths },
      {
        title: 'KV cache in use',
        points: own(one => one.kv_use),
        label: value => `${Math.round(value * 100)}%`,
        top: 1,
      },
      {
        title: 'GPU memory',
        points: gpus(one => one.memory),
        label: value => `${(value / 1024).toFixed(value > 0 && value < 10_240 ? 1 : 0)}G`,
      },
      { title: 'GPU power', points: gpus(one => one.power), label: value => `${Math.round(value)}W` },
    ]
  }
}

const tenths = (value: number): string =>
  value > 0 && value < 10 ? value.toFixed(1) : String(Math.round(value))

function sum(values: readonly (number | null)[]): number | null {
  const known = values.filter(value => value !== null)
  return known.length === 0 ? null : known.reduce((all, value) => all + value, 0)
}
