import { Problem } from '../../src/contract/problem.ts'
import type { Shell } from '../shell/shell.ts'

/** A text that is opened in $EDITOR and written back. */
export interface Editable {
  /** The same for the same text: what could not be saved is opened again under it. */
  key: string
  extension: string
  /** The text, and what tells whether it is still the same. */
  read(): Promise<{ text: string; mark: unknown }>
  /** Refuses with a conflict where it is not what `mark` says any more; null writes over whatever is there. */
  write(text: string, mark: unknown): Promise<void>
  /** Keeps a text beside the one it could not become. */
  aside?(text: string): Promise<void>
  /** Shows what changed since `mark`. */
  theirs?(mark: unknown): Promise<void>
}

const kept = new WeakMap<Shell, Map<string, string>>()

function unsavedOf(shell: Shell): Map<string, string> {
  const unsaved = kept.get(shell) ?? new Map<string, string>()
  kept.set(shell, unsaved)
  return unsaved
}

/** A text through $EDITOR. What was written is kept until it is saved: where that fails the same key opens it again, and where somebody else wrote meanwhile the person says what becomes of both. */
export async function editText(shell: Shell, of: Editable): Promise<void> {
  const unsaved = unsavedOf(shell).get(of.key)
  const { text, mark } = await shell.toOpen(of.read())
  const edited = await shell.edit(unsaved ?? text, of.extension)
  if (edited === null && unsaved === undefined) return
  await save(shell, of, edited ?? unsaved!, mark)
}

async function save(shell: Shell, of: Editable, text: string, mark: unknown): Promise<void> {
  const unsaved = unsavedOf(shell)
  unsaved.set(of.key, text)
  try {
    await of.write(text, mark)
    unsaved.delete(of.key)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'conflict')
      throw new Error(`what you wrote is kept, the same key opens it again. ${(error as Error).message}`)
    settle(shell, of, text, mark)
  }
}

function settle(shell: Shell, of: Editable, text: string, mark: unknown): void {
  const act = (run: () => Promise<void>) => async () => void (await shell.act('write', run))
  const { aside, theirs } = of
  shell.menu(
    'Somebody changed it while you wrote. Esc keeps yours for later',
    [
      {
        id: 'mine',
        title: 'Yours on top',
        note: 'theirs can be brought back',
        run: act(() => save(shell, of, text, null)),
      },
      {
        id: 'both',
        title: 'Both in the editor',
        note: 'to make one of them',
        run: act(async () => {
          const now = await shell.toOpen(of.read())
          const both = `<<<<<<< yours\n${text.replace(/\n?$/, '\n')}=======\n${now.text.replace(/\n?$/, '\n')}>>>>>>> theirs\n`
          const edited = await shell.edit(both, of.extension)
          if (edited === null) shell.toast('info', 'Yours is kept: the same key opens it again.')
          else await save(shell, of, edited, now.mark)
        }),
      },
      ...(aside
        ? [
            {
              id: 'aside',
              title: 'Yours as one of its own',
              note: 'both are there then',
              run: act(async () => {
                await aside(text)
                unsavedOf(shell).delete(of.key)
              }),
            },
          ]
        : []),
      ...(theirs
        ? [
            {
              id: 'theirs',
              title: 'See what they changed',
              run: act(async () => {
                settle(shell, of, text, mark)
                await theirs(mark)
              }),
            },
          ]
        : []),
    ],
    [],
    () => shell.toast('info', 'Yours is kept: the same key opens it again.'),
  )
}
