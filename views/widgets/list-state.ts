/** Which item of a list is selected and what of it is on the screen. Held by id: a list that moves cannot redirect a key. */
export interface ListState {
  selected: string | null
  /** Where the selected item last was; its neighbour takes over when it is gone. */
  index: number
  top: number
  marked: ReadonlySet<string>
}

export const emptyList: ListState = { selected: null, index: 0, top: 0, marked: new Set() }

/** The state that fits these items and this height: the selection kept where its item is, and on the screen. */
export function settleList(state: ListState, ids: readonly string[], height: number): ListState {
  if (ids.length === 0) return { ...state, selected: null, index: 0, top: 0 }
  const found = state.selected === null ? -1 : ids.indexOf(state.selected)
  const index = found >= 0 ? found : Math.min(state.index, ids.length - 1)
  const lastTop = Math.max(0, ids.length - height)
  const top = Math.min(lastTop, Math.max(index - height + 1, Math.min(state.top, index)))
  return { ...state, selected: ids[index]!, index, top }
}

/** Moves the selection; past an end it stays there. */
export function moveList(state: ListState, ids: readonly string[], height: number, by: number): ListState {
  const { index } = settleList(state, ids, height)
  return selectAt(state, ids, height, index + by)
}

/** Moves what is in view; the selection only where it would leave it. */
export function scrollList(state: ListState, ids: readonly string[], height: number, by: number): ListState {
  const { index, top } = settleList(state, ids, height)
  const first = Math.max(0, Math.min(ids.length - height, top + by))
  const at = Math.max(first, Math.min(first + height - 1, index))
  return selectAt({ ...state, top: first }, ids, height, at)
}

export function selectAt(state: ListState, ids: readonly string[], height: number, index: number): ListState {
  const at = Math.max(0, Math.min(ids.length - 1, index))
  return settleList({ ...state, selected: ids[at] ?? null, index: at }, ids, height)
}

export function toggleMarked(state: ListState): ListState {
  if (state.selected === null) return state
  const marked = new Set(state.marked)
  if (!marked.delete(state.selected)) marked.add(state.selected)
  return { ...state, marked }
}

/** Marks everything between the last mark and the selection. */
export function markRange(state: ListState, ids: readonly string[]): ListState {
  const lastMark = [...state.marked].at(-1)
  const from = lastMark === undefined ? state.index : ids.indexOf(lastMark)
  const [low, high] = [Math.min(from, state.index), Math.max(from, state.index)]
  return { ...state, marked: new Set([...state.marked, ...ids.slice(Math.max(0, low), high + 1)]) }
}

/** What an action works on: the marked items still there, else the selected one. */
export function chosen(state: ListState, ids: readonly string[]): string[] {
  const marked = ids.filter(id => state.marked.has(id))
  if (marked.length > 0) return marked
  return state.selected === null ? [] : [state.selected]
}
