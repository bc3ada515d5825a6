/** What narrows a list, while it is typed. */
export class Filter {
  text = ''
  /** Ends when what it asks somebody else for is here. */
  readonly answered: () => Promise<unknown>
  readonly #changed: () => void

  constructor(changed: () => void, answered = () => Promise.resolve<unknown>(undefined)) {
    this.#changed = changed
    this.answered = answered
  }

  set(text: string): void {
    if (text === this.text) return
    this.text = text
    this.#changed()
  }

  /** Those in whose words every one of its words occurs. */
  keep<T>(items: readonly T[], wordsOf: (item: T) => string): readonly T[] {
    const words = this.text.toLowerCase().split(/\s+/).filter(Boolean)
    if (words.length === 0) return items
    return items.filter(item => {
      const said = wordsOf(item).toLowerCase()
      return words.every(word => said.includes(word))
    })
  }
}
