import type { Stroke } from '../../keys/decode.ts'
import type { Spot } from '../../panes/pane.ts'
import type { Screen } from '../../terminal/compositor.ts'
import { buttonAt, Dialog } from '../../widgets/dialog.tsx'
import { answerDialog, type DialogState, openDialog } from '../../widgets/dialog-state.ts'
import type { Over, Overlay } from '../overlay.ts'

export interface Question {
  title: string
  facts: readonly string[]
  verb: string
  /** What has to be typed where a `y` is not enough. */
  mustType?: string
}

/** A question before something that cannot be taken back. */
export class Confirm implements Overlay {
  #state: DialogState
  readonly #question: Question
  readonly #over: Over
  readonly #answer: (yes: boolean) => void

  constructor(question: Question, over: Over, answer: (yes: boolean) => void) {
    this.#question = question
    this.#over = over
    this.#answer = answer
    this.#state = openDialog(question.mustType ?? null)
  }

  async stroke(stroke: Stroke): Promise<boolean> {
    const { state, answer, field } = answerDialog(this.#state, stroke, this.#over.now())
    this.#set(state)
    if (field) await this.#over.field(stroke)
    else if (answer) this.#end(answer === 'yes')
    return true
  }

  async pressed(at: Spot, screen: Screen): Promise<void> {
    const key = buttonAt({ ...this.#question, state: this.#state, screen }, at)
    if (key !== null) await this.stroke({ key })
  }

  cancel(): void {
    this.#end(false)
  }

  view(screen: Screen) {
    return (
      <Dialog
        {...this.#question}
        state={this.#state}
        screen={screen}
        glyphs={this.#over.glyphs}
        onShown={this.#shown}
        onTyped={this.#typed}
      />
    )
  }

  readonly #shown = (): void => {
    if (this.#state.shownAt === null) this.#set({ ...this.#state, shownAt: this.#over.now() })
  }

  readonly #typed = (typed: string): void => this.#set({ ...this.#state, typed })

  #set(state: DialogState): void {
    if (state === this.#state) return
    this.#state = state
    this.#over.changed()
  }

  #end(yes: boolean): void {
    this.#over.close(this)
    this.#answer(yes)
  }
}
