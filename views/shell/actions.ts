import * as z from 'zod'
import { todos } from '../../src/contract/todos.ts'
import { type Action, everywhere } from '../actions/registry.ts'
import type { Bindings } from '../keys/bindings.ts'
import { timeOf, zoneOf } from '../panes/days.ts'
import type { Motion, Pane } from '../panes/pane.ts'
import { foundWords, judgeWhen } from '../panes/understood.ts'
import { wrapText } from '../widgets/text.ts'
import { toned } from '../widgets/theme.ts'
import { toastLine } from '../widgets/toasts.ts'
import { tabKey } from './chrome.ts'
import { openPalette } from './find.ts'
import { agentToken, firstSteps, seeDemo } from './first-start.ts'
import { helpRows, keysOf } from './help.ts'
import { keyNames } from './key-names.ts'
import type { Shell } from './shell.ts'
import { undo } from './undo.ts'
import { unsavedMenu } from './unsaved-menu.ts'

const where = [everywhere]

function motion(id: string, help: string, by: Motion): Action<Shell, never> {
  return {
    id: `move.${id}`,
    title: id,
    help,
    where,
    danger: 'none',
    run: shell => shell.pane.move(by, shell.side),
  }
}

const motions = [
  motion('down', 'One row down.', { rows: 1 }),
  motion('up', 'One row up.', { rows: -1 }),
  motion('page-down', 'A page down.', { pages: 1 }),
  motion('page-up', 'A page up.', { pages: -1 }),
  motion('half-down', 'Half a page down.', { pages: 0.5 }),
  motion('half-up', 'Half a page up.', { pages: -0.5 }),
  motion('first', 'To the first row.', 'home'),
  motion('last', 'To the last row.', 'end'),
]

/** What works everywhere. */
export function shellActions(panes: readonly Pane[]): Action<Shell, never>[] {
  return [
    ...motions,
    ...panes.map(
      (pane, i): Action<Shell, never> => ({
        id: `go.${pane.id}`,
        title: pane.title,
        help: `Shows ${pane.title}, tab ${tabKey(i)}.`,
        where,
        danger: 'none',
        run: shell => shell.go(pane.id),
      }),
    ),
    ...general,
    quickAdd as Action<Shell, never>,
  ]
}

const general: Action<Shell, never>[] = [
  {
    id: 'screen.palette',
    title: 'palette',
    help: 'Does any action and opens any object, by a few letters of its name.',
    where,
    danger: 'none',
    run: openPalette,
  },
  {
    id: 'screen.help',
    title: 'help',
    help: 'Every key that works here.',
    where,
    danger: 'none',
    run(shell) {
      const { places } = shell
      shell.show('Keys', width => helpRows(shell, places, width))
    },
  },
  {
    id: 'screen.filter',
    title: 'filter',
    help: 'Narrows the list to what holds all of the words; searches in a log.',
    where,
    danger: 'none',
    disabled: ({ pane, side }) =>
      (side === 'detail' && pane.search) || pane.filter ? undefined : 'there is nothing to filter here',
    run: filter,
  },
  {
    id: 'screen.turn',
    title: 'next pane',
    help: 'Gives the keys to the list or to what is open beside it.',
    where,
    danger: 'none',
    run: shell => shell.turn(),
  },
  {
    id: 'screen.zoom',
    title: 'zoom',
    help: 'Gives the whole screen to the pane with the keys, or back.',
    where,
    danger: 'none',
    run(shell) {
      shell.zoomed = !shell.zoomed
    },
  },
  {
    id: 'screen.last',
    title: 'last pane',
    help: 'Shows the pane that was in view before.',
    where,
    danger: 'none',
    run: shell => shell.goBack(),
  },
  {
    id: 'screen.messages',
    title: 'messages',
    help: 'Everything that was said since the start, the newest first.',
    where,
    danger: 'none',
    disabled: shell => (shell.messages.said.length > 0 ? undefined : 'nothing was said yet'),
    run: shell => shell.show('Messages', width => messageRows(shell, width)),
  },
  {
    id: 'screen.back',
    title: 'back',
    help: 'One level up; clears a filter, marks and notes.',
    where,
    danger: 'none',
    run: shell => shell.up(false),
  },
  {
    id: 'screen.quit',
    title: 'quit',
    help: 'One level up; at the top, twice leaves Ithaca.',
    where,
    danger: 'none',
    run: shell => shell.up(true),
  },
  {
    id: 'screen.leave',
    title: 'leave Ithaca',
    help: 'Closes this screen. What runs on the hosts runs on.',
    where,
    danger: 'none',
    run: shell => shell.quit(),
  },
  {
    id: 'screen.refresh',
    title: 'refresh',
    help: 'Asks for everything anew.',
    where,
    danger: 'none',
    run: shell => void shell.live.refresh(),
  },
  {
    id: 'screen.redraw',
    title: 'redraw',
    help: 'Draws the whole screen anew, over what something else wrote on it.',
    where,
    danger: 'none',
    run: ({ host }) => host.repaint(),
  },
  {
    id: 'screen.suspend',
    title: 'suspend',
    help: 'Goes to the background of the shell that started it; fg comes back.',
    where,
    danger: 'none',
    run: ({ host }) => host.suspend(),
  },
  {
    id: 'screen.cancel',
    title: 'cancel',
    help: 'Leaves what is open, as Esc does; twice leaves Ithaca at once.',
    where,
    danger: 'none',
    run: shell => shell.cancel(),
  },
  {
    id: 'screen.key-names',
    title: 'names of keys',
    help: 'Opens in $PAGER every action by the name that the config file gives keys to.',
    where,
    danger: 'none',
    run: shell => void shell.page(keyNames(shell)),
  },
  {
    id: 'screen.demo',
    title: 'see the demo',
    help: 'Pretended models to break and fix, in a workspace of their own; q q comes back here.',
    where,
    danger: 'none',
    disabled: ({ host }) => (host.demo ? undefined : 'this is the demo, or only printed'),
    run: seeDemo,
  },
  {
    id: 'screen.undo',
    title: 'undo',
    help: 'Takes back the last change that can be, or all that one key made.',
    where,
    writes: true,
    danger: 'none',
    async run(shell) {
      // What was done last may not be answered yet, and another change would be taken back.
      if (!(await shell.router.written())) throw new Error('what it would take back was not done')
      await undo(shell)
    },
  },
  {
    id: 'screen.first-steps',
    title: 'first steps',
    help: 'Time zone, a host, a token for an agent.',
    where,
    danger: 'none',
    run: firstSteps,
  },
  {
    id: 'screen.agent-token',
    title: 'token for an agent..',
    help: 'Makes a token and shows the lines to paste where the agent runs.',
    where,
    writes: true,
    danger: 'none',
    run: shell => agentToken(shell),
  },
  {
    id: 'screen.unsaved',
    title: 'unsaved texts..',
    help: 'What came back from $EDITOR and is not saved: to read, to copy, to throw away.',
    where,
    danger: 'none',
    disabled: ({ unsaved }) => (unsaved.all.length > 0 ? undefined : 'everything that was written is saved'),
    run: unsavedMenu,
  },
  {
    id: 'screen.mouse',
    title: 'mouse',
    help: 'Lets the mouse select, open and scroll, or leaves it to the terminal, which then selects text.',
    where,
    danger: 'none',
    disabled: ({ host }) => (host.mouse ? undefined : 'this screen has no place for it'),
    run(shell) {
      shell.mouse.turn(!shell.mouse.isOn)
      const { isOn } = shell.mouse
      const back = `${keysOf(shell, 'screen.mouse')} leaves it to the terminal`
      shell.toast('info', isOn ? `The mouse is on; ${back}.` : 'The mouse is off.')
    },
  },
  {
    id: 'screen.read-only',
    title: 'only read',
    help: 'Switches everything off that changes anything, or on again.',
    where,
    danger: 'none',
    run(shell) {
      shell.readOnly = !shell.readOnly
    },
  },
]

/** Adds a todo from a sentence, wherever the person is. */
const quickAdd: Action<Shell, string> = {
  id: 'screen.add',
  title: 'quick add',
  help: 'Adds a todo from a sentence: "tomorrow 5pm call the dentist".',
  where,
  writes: true,
  args: z.string().trim().min(1, 'say what to be reminded of'),
  judge: (shell, typed, signal) => judgeWhen(shell, { quick: true })(typed, signal),
  danger: 'none',
  async run(shell, title) {
    const saved = await shell.client.call(todos.add, { title, quick: true })
    shell.toast('good', `Added '${saved.todo.title}'${foundWords(zoneOf(shell), saved)}. u takes it back.`)
  },
}

export function shellKeys(panes: readonly Pane[]): Bindings {
  const tabs = panes.slice(0, 10).map((pane, i) => [`go.${pane.id}`, [tabKey(i)]] as const)
  return {
    ...Object.fromEntries(tabs),
    'move.down': ['j', 'down'],
    'move.up': ['k', 'up'],
    'move.page-down': ['pgdn'],
    'move.page-up': ['pgup'],
    'move.half-down': ['ctrl+d'],
    'move.half-up': ['ctrl+u'],
    'move.first': ['g', 'home'],
    'move.last': ['G', 'end'],
    'screen.palette': [':', 'ctrl+k'],
    'screen.help': ['?'],
    'screen.filter': ['/'],
    'screen.turn': ['tab'],
    'screen.zoom': ['z'],
    'screen.last': ['`'],
    'screen.back': ['esc', 'backspace'],
    'screen.quit': ['q'],
    'screen.refresh': ['R'],
    'screen.redraw': ['ctrl+l'],
    'screen.suspend': ['ctrl+z'],
    'screen.cancel': ['ctrl+c'],
    'screen.undo': ['u'],
    'screen.add': ['+'],
    'screen.mouse': ['f2'],
  }
}

function messageRows(shell: Shell, width: number): string[] {
  const zone = zoneOf(shell)
  return shell.messages.said.toReversed().flatMap(said => {
    const { text, tone } = toastLine(said)
    const rows = wrapText(text, Math.max(10, width - 6))
    return rows.map((row, i) => (i === 0 ? `${timeOf(said.at, zone)} ` : ' '.repeat(6)) + toned(row, tone))
  })
}

function filter(shell: Shell): void {
  const { pane } = shell
  if (shell.side === 'detail' && pane.search) {
    pane.search()
    return
  }
  const before = pane.filter!.text
  shell.ask({
    label: '/',
    passes: ['up', 'down', 'pgup', 'pgdn'],
    changed: text => pane.filter!.set(text),
    enter(text) {
      pane.filter!.set(text)
      return pane.filter!.answered()
    },
    cancelled: () => pane.filter!.set(before),
  })
}
