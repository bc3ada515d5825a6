import { Problem } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'
import type { todos as routes, Todo } from '../contract/todos.ts'

/** One step on a checklist. */
export const movedItems = (
  items: Todo['items'],
  step: Pick<Parsed<typeof routes.item>, 'op' | 'index' | 'to' | 'text' | 'was'>,
): { items: Todo['items']; summary: string } => {
  const at = (index: number | undefined): number => {
    if (index === undefined) throw new Problem('invalid', `'${step.op}' needs the index of the item.`)
    if (index >= items.length)
      throw new Problem(
        'not_found',
        items.length === 0
          ? 'It has no checklist items.'
          : `There is no item ${index}: they are counted from 0 to ${items.length - 1}.`,
      )
    return index
  }
  /** The one that was meant: another may stand in its place by now. */
  const meant = (said: string | undefined): number => {
    const index = at(step.index)
    const { text } = items[index]!
    if (said !== undefined && said !== text)
      throw new Problem('conflict', `Item ${index} is '${text}' by now, not '${said}'. Read the list again.`)
    return index
  }
  const words = (): string => {
    const text = step.text?.trim()
    if (!text) throw new Problem('invalid', `'${step.op}' needs the text of the item.`)
    return text
  }
  switch (step.op) {
    case 'add': {
      const item = { text: words(), done: false }
      const place = Math.min(step.index ?? items.length, items.length)
      return { items: items.toSpliced(place, 0, item), summary: `Added '${item.text}'` }
    }
    case 'edit': {
      const index = meant(step.was)
      const text = words()
      return { items: items.with(index, { ...items[index]!, text }), summary: `Changed '${text}'` }
    }
    case 'toggle': {
      const index = meant(step.text)
      const item = items[index]!
      return {
        items: items.with(index, { ...item, done: !item.done }),
        summary: `${item.done ? 'Unticked' : 'Ticked'} '${item.text}'`,
      }
    }
    case 'remove': {
      const index = meant(step.text)
      return { items: items.toSpliced(index, 1), summary: `Removed '${items[index]?.text}'` }
    }
    case 'move': {
      const index = meant(step.text)
      const to = at(step.to)
      const item = items[index]!
      return { items: items.toSpliced(index, 1).toSpliced(to, 0, item), summary: `Moved '${item.text}'` }
    }
  }
}
