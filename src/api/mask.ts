const SECRET_KEY = /(token|secret|passw|api[-_]?key|authorization|credential)/i
const SECRET_TEXT: [RegExp, string][] = [
  [/\b(hf|ith|ody|ghp|sk|glpat|xox[abp])[_-][A-Za-z0-9_-]{8,}/g, '$1_***'],
  [/((?:--?[\w-]*(?:token|secret|password|api-key)[\w-]*)(?:=|\s+))(?:"[^"]*"|'[^']*'|\S+)/gi, '$1***'],
  [/(\b\w*(?:TOKEN|SECRET|PASSWORD|API_KEY)\w*=)(?:"[^"]*"|'[^']*'|\S+)/g, '$1***'],
  [/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/:@"']*:[^\s/@"']+(?=@)/gi, '$1***'],
  [/(bearer\s+)[\w.~+/-]+=*/gi, '$1***'],
]

const ADDRESS = /\b(?:https?|webcals?):\/\/[^\s"'<>]+/gi

/** Where it leads stays to be seen; who knows the values, or a part of the way that nobody could guess, may read what is there. */
const maskAddress = (address: string): string =>
  address
    .replace(/([?&;][^=&;#]*=)[^&;#]+/g, '$1***')
    .replace(/\/(?:private-[^/?#]+|(?=[^/?#]*\d)[\w%.~-]{20,})(?=[/?#]|$)/gi, '/***')

export const maskText = (text: string): string =>
  SECRET_TEXT.reduce((masked, [pattern, instead]) => masked.replace(pattern, instead), text)

/** A JSON body as a person may see it: values of secret keys and secrets inside texts are starred out. */
export const masked = (body: string): unknown => {
  try {
    return mask(JSON.parse(body))
  } catch {
    return maskText(body).slice(0, 4000)
  }
}

const mask = (value: unknown): unknown => {
  if (typeof value === 'string') return maskText(value).replace(ADDRESS, maskAddress)
  if (Array.isArray(value)) return value.map(mask)
  if (value && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        key,
        SECRET_KEY.test(key) && typeof inner === 'string' && inner !== '' ? '***' : mask(inner),
      ]),
    )
  return value
}
