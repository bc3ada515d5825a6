/** The mail that a draft answers, from the header lines a client put into it. */
export const sourceOf = (content: string) => ({
  source_email_uid: header(content, 'X-Source-UID'),
  source_email_folder: header(content, 'X-Source-Folder'),
})

const header = (content: string, name: string): string | null => {
  const head = content.slice(0, 20_000).split(/^---\s*$/m)[0] ?? ''
  const value = head.match(new RegExp(`^${name}:[ \\t]*(.*)$`, 'im'))?.[1]?.trim()
  return value ? value.slice(0, 200) : null
}
