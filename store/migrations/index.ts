import { spine } from './001-spine.ts'

/** Forward only; the position in this list is the version it brings the file to. Never edit one that has landed. */
export const migrations: readonly string[] = [spine]
