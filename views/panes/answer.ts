import type { Answered, Participation } from '../../src/contract/calendar.ts'
import type { Shell } from '../shell/shell.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import type { FormField } from '../widgets/form-state.ts'

export type Given = 'accept' | 'tentative' | 'decline' | 'apply'

/** What is answered, and how it is sent. */
export interface Asking {
  title: string
  facts: readonly string[]
  answers: readonly Given[]
  /** Choices beyond the answer itself: the dates of a series, the calendar. */
  more: readonly FormField[]
  values: Readonly<Record<string, string>>
  send(input: {
    answer: Given
    comment?: string
    send?: boolean
    more: Record<string, string>
  }): Promise<Answered>
  done(): void
}

const words: Record<Given, string> = {
  accept: 'accept',
  tentative: 'accept tentatively',
  decline: 'decline',
  apply: 'take it over anyway',
}

export const answerWords: Record<Participation, string> = {
  'needs-action': 'not answered',
  accepted: 'accepted',
  declined: 'declined',
  tentative: 'tentative',
  delegated: 'sent somebody else',
}

/** Asks for an answer to an invitation: one key for the plain ones, a form for one with a word. */
export function askAnswer(shell: Shell, asking: Asking): void {
  const { title, answers, facts } = asking
  const give = (answer: Given, input: { comment?: string; send?: boolean; more: Record<string, string> }) =>
    shell.act('answer', async () => {
      said(shell, answer, await asking.send({ answer, ...input }))
      asking.done()
    })
  const plain = answers.filter(each => each !== 'apply')
  shell.menu(
    title,
    [
      ...answers.map(answer => ({
        id: answer,
        title: words[answer],
        ...(shell.readOnly ? { disabled: 'this screen only reads' } : {}),
        async run() {
          await give(answer, { more: { ...asking.values } })
        },
      })),
      ...(plain.length === 0
        ? []
        : [
            {
              id: 'more',
              title: 'with a word ...',
              note: 'to the organizer; or say nothing to anybody',
              ...(shell.readOnly ? { disabled: 'this screen only reads' } : {}),
              run: () => answerForm(shell, asking, plain),
            },
          ]),
    ],
    facts,
  )
}

function answerForm(shell: Shell, asking: Asking, plain: readonly Given[]): void {
  const choices = plain.map(value => ({ value, label: words[value] }))
  shell.form({
    title: asking.title,
    verb: 'Answer',
    at: 'comment',
    values: { answer: plain[0]!, comment: '', quiet: 'no', ...asking.values },
    fields: [
      { id: 'answer', label: 'answer', kind: 'choice', choices },
      { id: 'comment', label: 'a word', kind: 'text' },
      ...asking.more,
      { id: 'quiet', label: 'tell nobody', kind: 'toggle' },
    ],
    async submit({ answer, comment = '', quiet, ...more }) {
      const input = { answer: answer as Given, comment, send: quiet !== 'yes', more }
      said(shell, input.answer, await asking.send(input))
      asking.done()
    },
  })
}

function said(shell: Shell, answer: Given, { event, sending, repeated, warnings }: Answered): void {
  const what = `'${sanitiseText(event.summary)}'`
  const verb = {
    accept: 'Accepted',
    tentative: 'Tentatively accepted',
    decline: 'Declined',
    apply: 'Took over',
  }[answer]
  const told = sending ? `, told ${sending.to.join(', ')}` : ''
  shell.toast(
    'good',
    repeated ? `${what} was answered so before; nothing was sent again.` : `${verb} ${what}${told}.`,
  )
  for (const warning of warnings) shell.toast('warn', warning)
}
