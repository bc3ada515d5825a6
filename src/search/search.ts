import { setImmediate as turn } from 'node:timers/promises'
import { type Place, RANKED, type SearchStore, wordsOf } from '../../store/search.ts'
import type { Findable, Hit } from '../contract/search.ts'

export interface Found {
  items: Hit[]
  nouns: Findable[]
  ranked_over: number
  complete: boolean
}

export interface Search {
  find(query: { words: string; nouns: Findable[]; limit: number }): Promise<Found>
}

export const openSearch = (store: SearchStore): Search => ({
  async find({ words, nouns, limit }) {
    const places: Place[] = []
    const ranked: number[] = []
    if (wordsOf(words).length > 0)
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
        return shown ? [{ noun: place.noun, ...shown, score: -place.score }] : []
      })
    return {
      items,
      nouns,
      ranked_over: ranked.reduce((sum, count) => sum + count, 0),
      complete: ranked.every(count => count < RANKED),
    }
  },
})
