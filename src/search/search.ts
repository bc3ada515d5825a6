import { setImmediate as turn } from 'node:timers/promises'
import { type Place, RANKED, type SearchStore, wordsOf } from '../../store/search.ts'
import type { Findable, Hit } from '../contract/search.ts'
import { snippetOf } from './snippet.ts'

export interface Found {
  items: Hit[]
  nouns: Findable[]
  ranked_over: number
  complete: boolean
}

export interface Search {
  find(query: { text: string; nouns: Findable[]; limit: number }): Promise<Found>
}

export const openSearch = (store: SearchStore): Search => ({
  async find({ text, nouns, limit }) {
    const words = wordsOf(text)
    const places: Place[] = []
    const ranked: number[] = []
    if (words.length > 0)
      for (const noun of nouns) {
        const best = store.best(noun, words, limit)
        places.push(...best.places)
        ranked.push(best.ranked)
        // One noun at a time, so that what waits behind this search waits for a part of it only.
        await turn()
      }
    const items = places
      .sort((one, other) => one.score - other.score)
      .slice(0, limit)
      .flatMap(place => {
        const shown = store.show(place, words)
        if (!shown) return []
        const { text, ...rest } = shown
        return [{ noun: place.noun, ...rest, ...snippetOf(text, words), score: -place.score }]
      })
    return {
      items,
      nouns,
      ranked_over: ranked.reduce((sum, count) => sum + count, 0),
      complete: ranked.every(count => count < RANKED),
    }
  },
})
