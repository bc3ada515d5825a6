/** Control characters, and those that turn the reading direction to make one name look like another. */
const UNSEEN = /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]+/g
const UNSEEN_IN_TEXT = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** One line of a header as it may be shown, stored and sent: nothing in it can begin another line. */
export const cleanLine = (text: string | undefined, longest = 2000): string =>
  (text ?? '').replace(UNSEEN, ' ').trim().slice(0, longest).toWellFormed()

/** A text of many lines, with line ends of one kind. */
export const cleanText = (text: string): string =>
  text.replace(/\r\n?/g, '\n').replace(UNSEEN_IN_TEXT, '').toWellFormed()

/** A name for a file that stays in the folder it is saved to. */
export const cleanFilename = (name: string | undefined): string => {
  const plain = cleanLine(name, 200)
    .replace(/[/\\:*?"<>|]/g, '_')
    .replace(/^\.+/, '_')
    .trim()
  return plain === '' ? 'attachment' : plain
}
