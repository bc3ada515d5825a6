import { cookbook } from '../../../src/contract/cookbook.ts'
import { presets } from '../../../src/contract/presets.ts'
import type { Serve } from '../../../src/contract/serve.ts'
import type { Action } from '../../actions/registry.ts'
import type { Bindings } from '../../keys/bindings.ts'
import { keysOf } from '../../shell/help.ts'
import type { Choice } from '../../shell/overlays/menu.tsx'
import type { Shell } from '../../shell/shell.ts'
import { sanitiseText } from '../../terminal/sanitise.ts'
import { attach, noTerminal, openShell } from './attach.ts'
import type { Book } from './book.tsx'
import { Chat } from './chat.tsx'
import { showCommands } from './commands.ts'
import { copyChoices } from './copy.ts'
import { isLive } from './kitchen.ts'
import { launchMenu, relaunchForm } from './launch.ts'
import { stopServes } from './stop.ts'

type Act = Action<Shell, never>

const noServe = 'select a serve first'

/** What can be done with what is selected, in the list and in what is open of it. */
export function serveActions(book: Book): Act[] {
  const { shell } = book
  const here = ['cook']
  /** Neither a host nor a process of somebody else has it. */
  const forServe = (why: (serve: Serve) => string | undefined = () => undefined) => ({
    suits: () => book.item === undefined || book.serve !== null,
    disabled: () => (book.serve ? why(book.serve) : noServe),
  })
  return [
    {
      id: 'cook.cause',
      title: 'cause',
      help: 'Why it died and what would help, Enter relaunches with that; of one that loads, what it waits for.',
      where: here,
      danger: 'none',
      ...forServe(),
      run() {
        if (shell.side === 'detail' && book.mode === 'log' && book.log.model?.next('C', 1)) return
        if (shell.side === 'detail' && book.mode === 'log' && book.log.model?.next('C', -1)) return
        book.open('cause')
      },
    },
    {
      id: 'cook.relaunch',
      title: 'relaunch..',
      help: 'A form for a new attempt with changes; nothing is launched before you say so.',
      where: here,
      writes: true,
      danger: 'none',
      ...forServe(serve => (serve.origin === 'launched' ? undefined : 'it was not launched here')),
      run: () => relaunchForm(shell, book.serve!, () => book.turn('log')),
    },
    {
      id: 'cook.launch',
      title: 'launch..',
      help: 'A form for a new launch, from a command, a preset or a model on the host.',
      where: here,
      writes: true,
      danger: 'none',
      run: () => launchMenu(shell, book.host, serve => book.show(serve)),
    },
    {
      id: 'cook.ask',
      title: 'talk',
      help: 'A conversation with the model: its answer as it comes, and what it took.',
      where: here,
      typedInto: true,
      danger: 'none',
      ...forServe(serve => (serve.state === 'ready' ? undefined : `it is ${serve.state}, not ready`)),
      run: () =>
        shell.open(
          over => new Chat(book.conversation(book.serve!), over, text => shell.copy(text, 'the answer')),
        ),
    },
    {
      id: 'cook.details',
      title: 'detail',
      help: 'Everything known of it.',
      where: here,
      danger: 'none',
      ...forServe(),
      run: () => book.open('details'),
    },
    {
      id: 'cook.metrics',
      title: 'metrics',
      help: 'Plots of tokens a second, KV cache, GPU memory and power.',
      where: here,
      danger: 'none',
      ...forServe(),
      run: () => book.open('metrics'),
    },
    {
      id: 'cook.attach',
      title: 'attach',
      help: 'Attaches to its tmux session; C-] d comes back.',
      where: here,
      danger: 'none',
      writes: true,
      ...forServe(noTerminal),
      run: () => attach(shell, book.serve!),
    },
    {
      id: 'cook.shell',
      title: 'shell',
      help: 'A shell on the host; leaving it comes back.',
      where: here,
      danger: 'none',
      writes: true,
      disabled: () => (book.host ? undefined : 'select a host or a serve first'),
      run: () => openShell(shell, book.host!),
    },
    {
      id: 'cook.commands',
      title: 'what ran',
      help: 'The ssh and tmux commands that really ran, each whole; and what to type for the same by hand.',
      where: here,
      danger: 'none',
      disabled: () => (book.host ? undefined : 'select a host or a serve first'),
      run: () => showCommands(shell, book.host!, book.serve),
    },
    {
      id: 'cook.copy',
      title: 'copy..',
      help: 'Copies its command, a curl line, the root line, the address or the path of its log, over SSH and tmux too.',
      where: here,
      danger: 'none',
      ...forServe(),
      run: () => shell.menu('Copy', copyChoices(book)),
    },
    {
      id: 'cook.save-preset',
      title: 'keep as preset',
      help: 'Saves this launch under a name.',
      where: here,
      writes: true,
      danger: 'none',
      ...forServe(),
      run() {
        const serve = book.serve!
        shell.ask({
          label: 'name of the preset: ',
          value: serve.name,
          enter: name =>
            void shell.act('The preset was not saved', async () => {
              await shell.client.call(presets.save, { name, from: serve.id })
              shell.toast('good', `Saved the preset ${name}.`)
            }),
        })
      },
    },
    {
      id: 'cook.forget',
      title: 'remove',
      help: 'Removes one that has ended, with its log.',
      where: here,
      writes: true,
      danger: 'confirm',
      ...forServe(serve => (isLive(serve) ? 'it has not ended' : undefined)),
      deed() {
        const { id, host_name: host, attempt, ...serve } = book.serve!
        const name = sanitiseText(serve.name)
        const facts = [`On ${sanitiseText(host)}, attempt ${attempt}.`, 'Its record and its log are removed.']
        return {
          stakes: { title: `Remove ${name}`, facts, verb: 'Remove', name },
          async run() {
            await shell.client.call(cookbook.forget, { id })
            shell.world.serves.drop(id)
          },
        }
      },
    },
    {
      id: 'cook.stop',
      title: 'stop..',
      help: 'Stops it, or all that are marked, after a question that defaults to No.',
      where: here,
      writes: true,
      // It asks by itself: what is at stake depends on all that are marked.
      danger: 'none',
      suits: () => book.item === undefined || book.serves.length > 0,
      disabled: () => (book.serves.some(isLive) ? undefined : 'nothing selected runs'),
      run: () => void stopServes(shell, book.serves),
    },
    {
      id: 'cook.menu',
      title: 'actions..',
      help: 'Everything that can be done with it, and why what cannot.',
      where: here,
      danger: 'none',
      disabled: () => (book.item ? undefined : noServe),
      run: () => shell.menu(`Actions: ${nameOf(book)}`, menuChoices(shell)),
    },
  ]
}

/** What is selected, as the menu over it is headed. */
function nameOf({ item, serves }: Book): string {
  if (serves.length > 1) return `${serves.length} serves`
  if (item?.kind === 'process') return `process ${item.process.pid}`
  return sanitiseText(item?.kind === 'serve' ? item.serve.name : (item?.host.name ?? ''))
}

function menuChoices(shell: Shell): Choice[] {
  return shell.actions.in(['cook.list', 'cook']).flatMap((action): Choice[] => {
    if (['cook.menu', 'cook.mark', 'cook.fold', 'cook.unfold'].includes(action.id)) return []
    if (action.suits?.(shell) === false) return []
    const disabled = action.writes && shell.readOnly ? 'this screen only reads' : action.disabled?.(shell)
    const held = shell.router.held(action)
    return [
      {
        id: action.id,
        title: `${keysOf(shell, action.id).split(' ')[0]!.padEnd(3)} ${action.title}`,
        note: action.help,
        ...(disabled === undefined ? {} : { disabled: `not now: ${disabled}` }),
        run: async () => void (await held()),
      },
    ]
  })
}

/** What works only while the keys are in the list. */
export function listActions(book: Book): Act[] {
  const { shell, list } = book
  const here = ['cook.list']
  const fold = (isFolded: boolean) => () => {
    const { item } = book
    if (!item) return
    const id =
      item.kind === 'host' ? item.id : `host:${item.kind === 'serve' ? item.serve.host : item.host.id}`
    if (isFolded) {
      book.folded.add(id)
      list.select(id)
    } else book.folded.delete(id)
  }
  return [
    {
      id: 'cook.log',
      title: 'log',
      help: 'Opens its log; on a host, folds or unfolds it.',
      where: here,
      danger: 'none',
      disabled: () => (book.item ? undefined : noServe),
      run() {
        const { item } = book
        if (item?.kind !== 'host') book.open('log')
        else if (!book.folded.delete(item.id)) book.folded.add(item.id)
      },
    },
    {
      id: 'cook.fold',
      title: 'fold',
      help: 'Folds the host; Enter unfolds it.',
      where: here,
      danger: 'none',
      run: fold(true),
    },
    {
      id: 'cook.mark',
      title: 'mark',
      help: 'Marks it, to act on several at once; Esc takes all marks away.',
      where: here,
      danger: 'none',
      run: () => list.mark(),
    },
    {
      id: 'cook.mine',
      title: 'mine or all',
      help: 'Shows only what you launched, or everything.',
      where: here,
      danger: 'none',
      run() {
        book.mineOnly = !book.mineOnly
        shell.toast('info', book.mineOnly ? 'Only yours are shown.' : 'Everything is shown.')
      },
    },
  ]
}

export const serveKeys: Bindings = {
  'cook.log': ['l', 'enter', 'right'],
  'cook.fold': ['h', 'left'],
  'cook.mark': ['space', 'v'],
  'cook.mine': ['.'],
  'cook.cause': ['c'],
  'cook.relaunch': ['r'],
  'cook.launch': ['o'],
  'cook.ask': ['i'],
  'cook.details': ['d'],
  'cook.metrics': ['M'],
  'cook.attach': ['a'],
  'cook.shell': ['s'],
  'cook.commands': ['@'],
  'cook.copy': ['y'],
  'cook.save-preset': ['S'],
  'cook.forget': [],
  'cook.menu': ['x'],
  'cook.stop': ['X'],
}
