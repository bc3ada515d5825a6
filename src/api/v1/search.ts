import { FINDABLE, search as routes } from '../../contract/search.ts'
import type { Workspace } from '../../workspace/workspace.ts'
import type { Bind } from '../bind.ts'
import { readable } from '../sight.ts'

export const bindSearch = (bind: Bind, { search }: Workspace): void => {
  bind(routes.find, ({ q, nouns, limit }, { actor }) =>
    search.find({
      text: q,
      nouns: (nouns ?? [...FINDABLE]).filter(noun => readable(actor, noun)),
      limit,
    }),
  )
}
