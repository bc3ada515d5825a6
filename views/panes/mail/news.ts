import type { Event } from '../../../src/contract/events.ts'
import type { Sending } from '../../../src/contract/mail-words.ts'
import type { Shell } from '../../shell/shell.ts'

/** After one that was said, more are counted for so long and said together. */
const quiet = 5000

/** Says that mail came, and what became of what was sent elsewhere; many at once are one sentence. */
export class MailNews {
  readonly #shell: Shell
  readonly #isOwn: (sending: string) => boolean
  #counted = 0
  #timer: NodeJS.Timeout | undefined

  constructor(shell: Shell, isOwn: (sending: string) => boolean) {
    this.#shell = shell
    this.#isOwn = isOwn
    shell.live.onEvent(event => this.#hear(event))
  }

  #hear({ action, id, summary, data }: Event): void {
    if (action === 'mail.arrived') this.#came(summary, (data as { count?: number } | null)?.count ?? 1)
    else if (action === 'mail.refused') this.#shell.toast('warn', summary)
    else if (action === 'mail.queued') this.#waits(data as Sending)
    else if (action === 'mail.unknown' || action === 'mail.failed') {
      // What was sent here is said by who waits for it.
      const waited = this.#isOwn(id) && Date.now() - ((data as Sending | null)?.created_at ?? 0) < 60_000
      if (!waited) this.#shell.toast('bad', `${summary}. O in the mail shows it.`)
    }
  }

  /** The first time it could not be sent; further tries are not worth a word each. */
  #waits({ attempts, reason, subject }: Sending): void {
    if (attempts !== 1 || reason === null) return
    const what = `"${subject || '(no subject)'}"`
    this.#shell.toast(
      'warn',
      `Not yet sent ${what}: ${reason}. It is tried again by itself; O in the mail shows it.`,
    )
  }

  #came(summary: string, count: number): void {
    if (this.#timer !== undefined) {
      this.#counted += count
      return
    }
    this.#shell.toast('info', summary)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const more = this.#counted
      this.#counted = 0
      if (more > 0) this.#came(more === 1 ? 'One more new mail' : `${more} more new mails`, 0)
    }, quiet)
    this.#timer.unref()
  }
}
