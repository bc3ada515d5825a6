import { sanitiseText } from '../terminal/sanitise.ts'
import { cut } from '../widgets/text.ts'
import type { Shell } from './shell.ts'
import type { UnsavedText } from './unsaved.ts'

/** What was left unsaved by an earlier screen is told at the start. */
export function sayUnsaved(shell: Shell): void {
  const { all } = shell.unsaved
  if (all.length === 0) return
  const what = all.length === 1 ? 'What you wrote last was' : `${all.length} texts you wrote were`
  const again = all.some(one => one.reopens) ? ' The key that opened it opens it again.' : ''
  const some = all.length === 1 ? 'It is' : 'Some are'
  const others = [...new Set(all.flatMap(({ of }) => of ?? []))].map(
    of => ` ${some} of '${sanitiseText(of)}'.`,
  )
  shell.toast('warn', `${what} not saved: ": unsaved texts" has it.${again}${others.join('')}`)
}

/** Everything that was written and is not saved. */
export function unsavedMenu(shell: Shell): void {
  shell.menu(
    'Not saved yet',
    shell.unsaved.all.map(one => ({
      id: one.file ?? one.key,
      title: cut(firstLine(one), 40),
      note: sanitiseText(whereIs(one)),
      run: () => askWhat(shell, one),
    })),
  )
}

const whereIs = ({ file, of }: UnsavedText) =>
  `${of === null ? '' : `of '${of}': `}${file ?? 'only in this screen: the disk did not take it'}`

const firstLine = ({ text }: UnsavedText) =>
  sanitiseText(text.split('\n').find(line => line.trim() !== '') ?? '(empty)')

function askWhat(shell: Shell, one: UnsavedText): void {
  shell.menu(cut(firstLine(one), 50), [
    { id: 'read', title: 'Read it', note: 'in $PAGER', run: async () => void (await shell.page(one.text)) },
    { id: 'copy', title: 'Copy it', run: () => shell.copy(one.text, 'what you wrote') },
    {
      id: 'away',
      title: 'Throw it away',
      async run() {
        const facts = [cut(firstLine(one), 70), 'It is gone then: nothing brings it back.']
        if (await shell.confirm({ title: 'Throw away what you wrote', facts, verb: 'Throw away' }))
          shell.unsaved.throwAway(one)
      },
    },
  ])
}
