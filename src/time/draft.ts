/** What has been read of a phrase so far, before it is placed in time. */
export interface Draft {
  /** Day number, when the phrase names a day. */
  day?: number
  /** How the day was named, where it matters to what follows. */
  named?: 'weekday' | 'monthday' | 'date' | 'relative' | 'today'
  /** The month day of "the 15th". */
  monthDay?: number
  weekday?: number
  /** Minutes after midnight. */
  clock?: number
  seconds?: number
  /** The clock was given as an hour from 1 to 12; `likely` in the style of 24 hours. */
  halfDay?: 'open' | 'likely'
  /** The clock was written with its minutes: `8:30`. */
  colon?: boolean
  /** Midnight closes the day it is said with. */
  midnight?: boolean
  part?: 'morning' | 'afternoon' | 'evening' | 'night'
  /** Real time from now on; `days` and `months` are calendar time from now on, or from `day`. */
  exact?: number
  days?: number
  months?: number
  endOfDay?: boolean
  repeat?: RepeatDraft
  zone?: string
  past?: boolean
  uncertain: Set<Doubt>
}

export interface RepeatDraft {
  freq: 'MINUTELY' | 'HOURLY' | 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'
  interval: number
  /** `MO,TH`, `1MO`. */
  byDay?: string
  byMonthDay?: number
}

/** What was guessed: the day, the time of day, morning or evening, a zone's short name, a clock change, a time gone by, what was left over. */
export type Doubt = 'day' | 'time' | 'meridiem' | 'zone' | 'repeat' | 'gap' | 'overlap' | 'past' | 'unread'

/** The day and the reading a phrase is said on. */
export interface Said {
  wall: number
  day: number
  /** Minutes after midnight at which a day without a time begins. */
  dayStart: number
}
