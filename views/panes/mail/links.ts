/** How much of a link's address a text shows; addresses that count their readers fill screens. */
const shown = 60

const bracketed = /<(https?:\/\/[^<>\s]+)>/g

/** A line whose long addresses are cut, never within the host: whose it is must be seen. */
export const shortLinks = (line: string, more: string): string =>
  line.replace(bracketed, (whole, address: string) => {
    const host = /^https?:\/\/[^/?#]*/.exec(address)![0].length
    const kept = Math.max(host, shown - more.length)
    return address.length <= Math.max(host, shown) ? whole : `<${address.slice(0, kept)}${more}>`
  })

/** The addresses a text names, each once, whole. */
export const linksOf = (body: string): string[] => [
  ...new Set(
    [...body.matchAll(/https?:\/\/[^\s<>"']+/g)].map(([address]) => address.replace(/[.,;:!?)\]]+$/, '')),
  ),
]
