import type { Doubt } from './draft.ts'

const WORDS: Record<Doubt, string> = {
  past: 'It lies in the past.',
  gap: 'The clock jumps over this time that day; it was moved forward.',
  overlap: 'The clock shows this time twice that day; the first one was taken.',
  meridiem: 'Morning or evening was guessed.',
  day: 'The day was guessed.',
  time: 'The time of day was guessed.',
  zone: 'The time zone was guessed.',
  repeat: 'How it repeats was guessed.',
  unread: 'What looks like a time in its words was not understood.',
}

/** What was guessed, in sentences. */
export const doubtsInWords = (doubts: readonly Doubt[]): string[] => doubts.map(doubt => WORDS[doubt])
