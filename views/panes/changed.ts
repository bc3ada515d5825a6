type Values = Readonly<Record<string, string>>

/** What a person changed in a form: text that was only cleaned to be shown is not written back. */
export function changed(before: Values, after: Values): Record<string, string> {
  return Object.fromEntries(Object.entries(after).filter(([id, value]) => value !== (before[id] ?? '')))
}
