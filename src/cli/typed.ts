import { labelIn } from '../contract/labels.ts'
import type { Route } from '../contract/route.ts'
import { todos } from '../contract/todos.ts'

type Given = Record<string, unknown>

/** What a command line says more shortly than its fields do. */
const TYPED = new Map<string, (given: Given) => Given>([
  [
    todos.add.id,
    given => {
      const { title, label, quick } = given
      const found = typeof title === 'string' && label === undefined && quick === undefined && labelIn(title)
      return found ? { ...given, ...found } : given
    },
  ],
])

export const asTyped = (route: Route, given: Given): Given => TYPED.get(route.id)?.(given) ?? given
