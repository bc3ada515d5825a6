import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { wrapText } from '../../widgets/text.ts'
import { toned } from '../../widgets/theme.ts'

const skill =
  'Codex and Claude find what they can do by a skill: ithaca skill install codex (or claude), where they run.'

/** Shows a new secret until the person says that it is kept: it is never shown again, so leaving it takes a choice. */
export function keepSecret(
  shell: Shell,
  name: string,
  token: string,
  lines: readonly string[],
  kept = () => {},
): void {
  const choices = () =>
    shell.menu(
      `The secret of ${sanitiseText(name)}: shown this once`,
      [
        {
          id: 'lines',
          title: 'copy the lines',
          note: 'what the agent is to be given',
          run: copy(lines.join('\n')),
        },
        { id: 'token', title: 'copy the token', run: copy(token) },
        { id: 'show', title: 'show it again', run: show },
        {
          id: 'plain',
          title: 'show it plain',
          note: "for the terminal's own selection",
          run: () => void shell.host.plain(lines.map(sanitiseText)).then(choices),
        },
        { id: 'done', title: 'done', note: 'it cannot be shown after this', run: done },
      ],
      [],
      leave,
    )
  const leave = () =>
    void shell
      .confirm({
        title: 'Leave the secret',
        facts: ['It cannot be shown again: who lost it needs a new token.'],
        verb: 'Leave',
      })
      .then(yes => {
        if (yes) kept()
        else choices()
      })
  /** Until a copy is there, this may be the only one. */
  let last: 'copying' | 'taken' | 'not taken' | null = null
  const copy = (text: string) => async () => {
    last = 'copying'
    choices()
    let isTaken = false
    try {
      isTaken = await shell.copy(text, text === token ? 'the token' : 'the lines')
    } finally {
      last = isTaken ? 'taken' : 'not taken'
    }
  }
  const done = () => {
    if (last === 'copying') {
      shell.toast('warn', 'It is still being copied.')
      choices()
    } else if (last === 'not taken') leave()
    else kept()
  }
  const show = () =>
    shell.show(
      `Token of ${sanitiseText(name)}`,
      width => [
        ...wrapText(
          'Paste these lines where the agent runs. The secret is shown this once: only its digest is kept.',
          width,
        ),
        '',
        ...lines.flatMap(line => wrapText(sanitiseText(line), width).map(row => toned(row, 'strong'))),
        '',
        toned('q goes on to copying it.', 'quiet'),
        '',
        ...wrapText(skill, width).map(row => toned(row, 'quiet')),
      ],
      choices,
    )
  show()
}
