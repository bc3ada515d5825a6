import type { Step } from '../contract/mail-accounts.ts'
import { clean } from './table.ts'

/** A step of a test, as a line. */
export const told = ({ step, ok, said }: Step): string =>
  `${ok === null ? '-   ' : ok ? 'ok  ' : 'FAIL'}  ${step}: ${clean(said)}`
