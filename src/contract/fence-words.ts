import type { Token } from './access.ts'

export const rangeWords = (list: readonly (readonly [number, number])[]): string =>
  list.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(', ')

/** The limits of a token in words, one each; `told` says a moment. */
export function fenceWords({ fences }: Pick<Token, 'fences'>, told: (at: number) => string): string[] {
  if (!fences) return []
  const { hosts, gpus, ports, max_serves, stop, until, at_fence } = fences
  return [
    hosts ? `only on ${hosts.join(', ')}` : '',
    gpus ? `only GPUs ${rangeWords(gpus)}` : '',
    ports ? `only ports ${rangeWords(ports)}` : '',
    max_serves === undefined ? '' : `at most ${max_serves} serve${max_serves === 1 ? '' : 's'}`,
    stop ? `stops ${stop === 'own' ? 'only its own' : 'any serve'}` : '',
    until ? `launches until ${told(Date.parse(until))}` : '',
    at_fence ? (at_fence === 'ask' ? 'asks at a fence' : 'is refused at a fence') : '',
  ].filter(Boolean)
}
