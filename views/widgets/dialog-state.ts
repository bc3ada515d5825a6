import type { Stroke } from '../keys/decode.ts'

/** Keys this soon after its first frame were meant for what was there before. */
const deafFor = 300

export interface DialogState {
  /** When its first frame was on the screen; nothing is heard before. */
  shownAt: number | null
  choice: 'no' | 'yes'
  /** What has to be typed to agree; null where a `y` is enough. */
  mustType: string | null
  typed: string
}

export function openDialog(mustType: string | null = null): DialogState {
  return { shownAt: null, choice: 'no', mustType, typed: '' }
}

export type Answer = 'yes' | 'no'

/** What a stroke does to a confirmation. Pasted text and keys typed ahead do nothing. `field` means that the name being typed takes it. */
export function answerDialog(
  state: DialogState,
  stroke: Stroke,
  now: number,
): { state: DialogState; answer?: Answer; field?: boolean } {
  if ('paste' in stroke || state.shownAt === null || now - state.shownAt < deafFor) return { state }
  const { key } = stroke
  if (key === 'esc') return { state, answer: 'no' }
  if (state.mustType !== null) {
    if (key !== 'enter') return { state, field: true }
    return state.typed === state.mustType ? { state, answer: 'yes' } : { state }
  }
  if (key === 'y') return { state, answer: 'yes' }
  if (key === 'n' || key === 'q') return { state, answer: 'no' }
  if (key === 'enter') return { state, answer: state.choice }
  if (['left', 'right', 'h', 'l', 'tab', 'shift+tab'].includes(key))
    return { state: { ...state, choice: state.choice === 'no' ? 'yes' : 'no' } }
  return { state }
}
