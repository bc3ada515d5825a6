/** Bytes of a weight, by what a name says of its precision; two where it says nothing. */
const PRECISIONS: readonly (readonly [RegExp, number])[] = [
  [/awq|gptq|int4|4[-_]?bit|w4a16|nf4|nvfp4|mxfp4/i, 0.6],
  [/fp8|int8|8[-_]?bit|w8a8/i, 1.05],
]

/** What a model's files weigh, guessed from its name (`Qwen3-32B-AWQ`); null where that says too little. */
export const weightByName = (model: string): number | null => {
  // A repository of GGUF files holds many, of which nobody loads all.
  if (/gguf/i.test(model)) return null
  const name = model.split('/').at(-1) ?? ''
  const [, experts = '1', billions] = /(?:^|[-_.])(?:(\d+)x)?(\d+(?:\.\d+)?)b(?![a-z])/i.exec(name) ?? []
  if (billions === undefined) return null
  const each = PRECISIONS.find(([pattern]) => pattern.test(name))?.[1] ?? 2
  return Number(experts) * Number(billions) * 1e9 * each
}
