import { Problem } from '../../src/contract/problem.ts'
import type { Shell } from '../shell/shell.ts'

/** A text that is opened in $EDITOR and written back. */
export interface Editable {
  /** The same for the same text, at the next start, too: what could not be saved is opened again under it. */
  key: string
  extension: string
  /** The text, and what tells whether it is still the same: something JSON can hold. */
  read(): Promise<{ text: string; mark: unknown }>
  /** Refuses with a conflict where it is not what `mark` says any more; null writes over whatever is there. */
  write(text: string, mark: unknown): Promise<void>
  /** Keeps a text beside the one it could not become. */
  aside?(text: string): Promise<void>
  /** Shows what changed since `mark`. */
  theirs?(mark: unknown): Promise<void>
}

/** Of a change to a text that was read as `mark`: refused where somebody wrote it anew since. */
export const onlyIf = (mark: unknown) => (mark === null ? {} : { was: mark as string })

/** A text through $EDITOR. What was written is kept until it is saved: where that fails the same key opens it again, also after the screen was left, and where somebody else wrote meanwhile the person says what becomes of both. */
export async function editText(shell: Shell, of: Editable): Promise<void> {
  const unsaved = shell.unsaved.get(of.key)
  const { text, mark } = unsaved ?? (await shell.toOpen(of.read()))
  const edited = await shell.edit(text, of.extension)
  if (edited === null && unsaved === undefined) return
  await save(shell, of, edited ?? text, mark)
}

async function save(shell: Shell, of: Editable, text: string, mark: unknown): Promise<void> {
  const { unsaved } = shell
  unsaved.keep(of.key, of.extension, text, mark)
  try {
    await of.write(text, mark)
    unsaved.drop(of.key)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'conflict')
      throw new Error(notSaved(error as Error, unsaved.get(of.key)?.file ?? null))
    // Its own answer may have stayed out: what is there is what was written.
    const now = await of.read().catch(() => null)
    if (now?.text === text) unsaved.drop(of.key)
    else settle(shell, of, text, mark)
  }
}

function notSaved(error: Error, file: string | null): string {
  const isGone = error instanceof Problem && error.code === 'not_found'
  const where = isGone ? ': unsaved texts has it' : 'the same key opens it again'
  const only = file === null ? ' while this screen is open, for the disk did not take it' : ''
  return `what you wrote is kept${only}, ${where}. ${error.message}`
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
                shell.unsaved.drop(of.key)
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
