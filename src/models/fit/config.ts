export type Config = Record<string, unknown>

/** Beyond this a figure is damage, and multiplying it would leave the range of numbers. */
const MOST = 2 ** 40

/** The first of these keys that holds a plausible positive number. */
export function figure(config: Config, ...keys: string[]): number | null {
  for (const key of keys) {
    const value = config[key]
    if (typeof value === 'number' && value > 0 && value <= MOST) return value
  }
  return null
}

export function word(config: Config, key: string): string | null {
  const value = config[key]
  return typeof value === 'string' && value !== '' ? value.replace(/^torch\./, '') : null
}

export function list(config: Config, key: string): unknown[] | null {
  const value = config[key]
  return Array.isArray(value) ? value : null
}

const isConfig = (value: unknown): value is Config =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Models that see or hear keep the language model's figures one or two levels down. */
export function textConfig(config: Config): Config {
  for (const key of [
    'text_config',
    'llm_config',
    'language_config',
    'thinker_config',
    'language_model_config',
  ]) {
    const inner = config[key]
    if (isConfig(inner)) return textConfig(inner)
  }
  return config
}

/** A JSON object from bytes that somebody else wrote, or null. */
export function parseConfig(text: string): Config | null {
  try {
    // Some published configs hold bare Infinity or NaN, which Python writes and JSON does not allow.
    const value: unknown = JSON.parse(text.replace(/:\s*(-?Infinity|NaN)\b/g, ': null'))
    return isConfig(value) ? value : null
  } catch {
    // Not JSON: the caller is told that nothing is known.
    return null
  }
}
