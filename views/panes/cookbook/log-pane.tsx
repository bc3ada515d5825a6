import { Box, Text } from 'ink'
import type { Serve } from '../../../src/contract/serve.ts'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { LogView } from '../../widgets/log/log-view.tsx'
import { LogModel } from '../../widgets/log/model.ts'
import { toWidth } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'
import type { Motion, Box as Place } from '../pane.ts'
import { bytes } from '../words.ts'
import { isLive } from './kitchen.ts'
import { serveLog } from './log-source.ts'

/** A selection that only passes by asks for no log. */
const settleAfter = 150

/** The log of one serve, or of one of its attempts, on the screen. */
export class LogPane {
  model: LogModel | null = null
  serve: Serve | null = null
  readonly #shell: Shell
  #timer: NodeJS.Timeout | undefined
  #words = ''

  constructor(shell: Shell) {
    this.#shell = shell
  }

  /** Shows this serve's log from now on; at once where somebody waits for it. */
  aim(serve: Serve | null, now: boolean): void {
    const same = serve?.id === this.serve?.id
    const ended = this.serve !== null && isLive(this.serve)
    this.serve = serve
    if (same) {
      if (serve && !isLive(serve) && ended) this.#rest()
      if (now && serve && !this.model) this.#open(serve)
      return
    }
    this.close()
    this.serve = serve
    if (!serve) return
    if (now) this.#open(serve)
    else this.#timer = setTimeout(() => this.#open(serve), settleAfter)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.model?.stop()
    this.model = null
    this.serve = null
  }

  move(motion: Motion): void {
    const { model } = this
    if (!model) return
    if (motion === 'home') model.home()
    else if (motion === 'end') model.follow()
    else if ('rows' in motion) model.scroll(motion.rows)
    else model.page(motion.pages)
  }

  #open(serve: Serve): void {
    clearTimeout(this.#timer)
    const model = new LogModel(serveLog(this.#shell.client, serve.id))
    this.model = model
    model.onChange(cause => {
      const words = this.statusWords()
      if (words === this.#words) return
      this.#words = words
      if (cause === 'key') this.#shell.signal.now()
      else this.#shell.signal.soon()
    })
    model.start()
    if (!isLive(serve)) model.stop()
    this.#shell.signal.now()
  }

  /** Nothing more will come: one last look, then no more questions. */
  #rest(): void {
    const { model } = this
    if (!model) return
    model.stop()
    model.start()
    model.stop()
  }

  statusWords(): string {
    const { model, serve } = this
    if (!model || !serve) return ''
    const { size, following, arrived, error } = model.status
    if (error !== null) return sanitiseText(error)
    const more = arrived.lines === null ? `${bytes(arrived.bytes)}` : `${arrived.lines}`
    const state = !isLive(serve)
      ? 'ENDED'
      : following
        ? 'FOLLOWING'
        : arrived.bytes > 0
          ? `PAUSED +${more} new`
          : 'PAUSED'
    return `${bytes(size)}  ${state}`
  }

  view({ width, height }: Place) {
    const { model, serve } = this
    if (!serve) return <Text>{toWidth('', width)}</Text>
    const head = `${sanitiseText(serve.name)} ${sanitiseText(serve.host_name)}${serve.port ? `:${serve.port}` : ''}`
    const state = this.statusWords()
    const line =
      toWidth(head, Math.max(0, width - state.length - 1)) + toWidth(state, state.length + 1, 'right')
    return (
      <Box flexDirection="column" width={width} height={height} overflow="hidden">
        <Text>{toned(toWidth(line, width), 'strong')}</Text>
        {model && height > 1 && (
          <LogView
            key={serve.id}
            model={model}
            width={width}
            height={height - 1}
            unicode={this.#shell.host.unicode}
          />
        )}
      </Box>
    )
  }
}
