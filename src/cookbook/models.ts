import type { Author, Changes } from '../../store/changes.ts'
import type { ModelStore } from '../../store/models.ts'
import type { models as routes, Model as Shown } from '../contract/models.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'
import type { Serve } from '../contract/serve.ts'
import { LOCAL_ID } from '../hosts/hosts.ts'
import { quote } from '../hosts/quote.ts'
import { takeInventory } from '../models/inventory/inventory.ts'
import type { Inventory, Model } from '../models/model.ts'
import { type Invocation, words } from '../sessions/word.ts'
import { modelId } from './command/fields.ts'
import { isPackageSpec } from './command/pip.ts'
import { copyCommand } from './copying.ts'
import { roomWarnings } from './disks.ts'
import { hubsOf } from './hubs.ts'
import type { LaunchAsked } from './launching.ts'
import type { Machines, Place } from './machines.ts'
import type { Serves } from './serves.ts'
import { overThere } from './trouble.ts'

/** The models on the hosts, and what fetches, moves and removes them. */
export interface Models {
  /** From the last scan; a host never scanned, or `fresh`, is scanned now. */
  list(host: string, options: { fresh: boolean; search?: string }): Promise<Listed>
  /** The last scan as it was, for whoever shows it in another shape. */
  inventory(host: string): Promise<Inventory>
  /** What a task would launch; a live one for the same model is the answer itself. */
  download(asked: Parsed<typeof routes.download>): LaunchAsked | Serve
  install(asked: Parsed<typeof routes.install>): LaunchAsked
  copy(asked: Parsed<typeof routes.copy>): Promise<LaunchAsked>
  remove(author: Author, asked: Parsed<typeof routes.remove>): Promise<{ freed_bytes: number }>
}

export interface Listed {
  host: string
  scanned_at: number | null
  items: Shown[]
}

export const openModels = (deps: {
  store: ModelStore
  machines: Machines
  serves: Serves
  changes: Changes
  ssh: { sshConfig?: string | null; knownHosts?: string | null }
  later: (work: Promise<unknown>) => void
}): Models => {
  const { store, machines, serves, changes } = deps
  const scans = new Map<string, Promise<Inventory>>()

  /** Several who ask at once share a scan: it is slow, and the disk is the host's. */
  const scan = (place: Place): Promise<Inventory> => {
    const running = scans.get(place.id)
    if (running) return running
    const work = takeInventory(place.host, hubsOf(place))
      .then(inventory => {
        keep(place, inventory)
        return inventory
      })
      .finally(() => scans.delete(place.id))
    scans.set(place.id, work)
    return work
  }

  const keep = (place: Place, { scannedAt, models, problems }: Inventory): void =>
    changes.write({ actor: 'ithaca' }, tx => {
      store.put(tx, { id: place.id, scanned_at: scannedAt, models, problems })
      tx.say({
        action: 'models.scan',
        noun: 'model',
        id: place.id,
        summary: `Found ${models.length} models on ${place.name}`,
        data: { host: place.id, count: models.length },
      })
    })

  const last = (place: Place): Inventory | null => {
    const kept = store.get(place.id)
    return kept && { scannedAt: kept.scanned_at, models: kept.models as Model[], problems: kept.problems }
  }

  serves.onEnd(({ kept }) => {
    if (kept.kind !== 'download' && kept.kind !== 'copy') return
    const host = kept.kind === 'copy' ? copiedTo(kept.name) : kept.host
    const place = machines.all().find(one => one.id === host || one.name === host)
    if (place) deps.later(scan(place))
  })

  const found = async (place: Place, id: string): Promise<Model> => {
    const { models } = await overThere(place.name, scan(place))
    const model = models.find(one => one.id === id)
    if (!model) throw notFound('model', `${id} on ${place.name}`)
    return model
  }

  return {
    async inventory(host) {
      const place = machines.at(host)
      return last(place) ?? (await overThere(place.name, scan(place)))
    },

    async list(host, { fresh, search }) {
      const place = machines.at(host)
      const inventory = (fresh ? null : last(place)) ?? (await overThere(place.name, scan(place)))
      const wanted = search?.toLowerCase() ?? ''
      return {
        host: place.id,
        scanned_at: inventory.scannedAt,
        items: inventory.models
          .filter(model => model.id.toLowerCase().includes(wanted))
          .map(model => show(place, model))
          .sort((a, b) => (a.id < b.id ? -1 : 1)),
      }
    },

    download({ model: given, host, revision, include }) {
      const place = machines.at(host)
      const model = modelId(given, false)
      if (model.startsWith('/'))
        throw new Problem('invalid', 'A path on a host is not something to download.')
      for (const [field, text] of Object.entries({ revision, include }))
        if (text?.startsWith('-')) throw new Problem('invalid', `'${text}' cannot be the ${field}.`)
      const live = serves.all().find(({ kept }) => {
        const same = kept.host === place.id && kept.model === model
        return same && kept.kind === 'download' && !kept.ending
      })
      if (live) return serves.view(live)
      const pull: Invocation = { assignments: [], argv: words('ollama', 'pull', model) }
      const run = model.includes('/') ? hubDownload(model, revision, include) : pull
      return task(place, 'download', `download ${model}`, model, run)
    },

    install({ packages, host }) {
      const place = machines.at(host)
      const wrong = packages.find(name => !isPackageSpec(name))
      if (wrong !== undefined) throw new Problem('invalid', `'${wrong}' is not the name of a package.`)
      return {
        cmd: '',
        run: { assignments: [], argv: words('python3', '-m', 'pip', 'install', ...packages) },
        host: place.id,
        gpus: null,
        name: `install ${packages.join(' ')}`.slice(0, 100),
      }
    },

    async copy({ model: id, from: source, to: goal }) {
      const [from, to, here] = [machines.at(source), machines.at(goal), machines.at('')]
      if (from.id === to.id) throw new Problem('invalid', `${id} would be copied onto itself.`)
      const model = await found(from, id)
      if (model.source === 'ollama')
        throw new Problem(
          'invalid',
          `Ollama fetches its models itself: ithaca models download ${id} --host ${to.name}`,
        )
      const folder = folderOf(model)
      const run = copyCommand(
        { ...way(from), folder },
        { ...way(to), folder: await goalOf(from, to, model, folder) },
        { config: deps.ssh.sshConfig ?? null, knownHosts: deps.ssh.knownHosts ?? null },
      )
      return {
        ...task(here, 'copy', `copy ${id} to ${to.name}`, id, run, [from.id, to.id]),
        warnings: roomWarnings(to, to.disks, id, model.bytes === null ? null : exactly(model.bytes)),
      }
    },

    async remove(author, { model: id, host, confirm }) {
      const place = machines.at(host)
      const model = await found(place, id)
      const used = serves
        .all()
        .find(({ kept }) => !kept.ending && kept.host === place.id && kept.model === id)
      if (used)
        throw new Problem('conflict', `${used.kept.name} (${used.kept.id}) runs ${id}. Stop it first.`)
      if (confirm !== id)
        throw new Problem(
          'conflict',
          `${id} takes ${gib(model.bytes)} on ${place.name}. To delete it, confirm its name: confirm=${id}`,
          { confirm: id, bytes: model.bytes },
        )
      const script =
        model.source === 'ollama' ? `ollama rm ${quote(id)}` : `rm -rf -- ${quote(removable(model))}`
      const answer = await overThere(place.name, place.host.ask(script, { lane: 'slow', deadline: 120_000 }))
      if (answer.code !== 0)
        throw new Problem(
          'failed',
          `${id} was not deleted on ${place.name}: ${answer.stderr.toString().trim()}`,
        )
      await overThere(place.name, scan(place))
      changes.write(author, tx =>
        tx.say({
          action: 'models.rm',
          noun: 'model',
          id,
          summary: `Deleted ${id} on ${place.name}`,
          data: null,
        }),
      )
      return { freed_bytes: model.bytes ?? 0 }
    },
  }
}

const exactly = (bytes: number) => ({ bytes, guessed: false })

const task = (
  place: Place,
  kind: 'download' | 'copy',
  name: string,
  model: string,
  run: Invocation,
  hosts: readonly string[] = [],
): LaunchAsked => ({ cmd: '', run, host: place.id, gpus: null, task: { kind, name, model, hosts } })

const show = (place: Place, model: Model): Shown => ({
  host: place.id,
  id: model.id,
  source: ({ hub: 'hf', ollama: 'ollama', directory: 'dir' } as const)[model.source],
  path: model.path,
  bytes: model.bytes ?? 0,
  files: model.files,
  complete: model.state === 'ready',
  last_used_at: model.lastUsedAt,
  gguf: model.gguf.map(({ name, path, bytes, quant, role, parts }) => ({
    name,
    path,
    bytes,
    quant,
    role,
    parts,
  })),
})

/** The hub's own client by its new name, or by its old one where the new one is not there. */
const hubDownload = (model: string, revision?: string, include?: string): Invocation => {
  const rest = [
    'download',
    model,
    ...(revision ? ['--revision', revision] : []),
    ...(include ? ['--include', include] : []),
  ]
  const old: Invocation = { assignments: [], argv: words('huggingface-cli', ...rest) }
  return { assignments: [], argv: words('hf', ...rest), otherwise: old }
}

const way = (place: Place): { target: string; port: number | null } => ({
  target: place.id === LOCAL_ID ? '' : place.settings.target,
  port: place.settings.port,
})

/** All that belongs to it: of a hub's model the folder with its blobs, of others their own. */
const folderOf = (model: Model): string =>
  model.source === 'hub' ? `${model.root}/models--${model.id.replaceAll('/', '--')}` : model.path

const goalOf = async (from: Place, to: Place, model: Model, folder: string): Promise<string> => {
  const name = folder.split('/').at(-1)!
  const [first] = hubsOf(to)
  if (first && !first.startsWith('~')) return `${first}/${name}`
  const { stdout } = await overThere(to.name, to.host.ask('printf %s "$HOME"'))
  const home = stdout.toString()
  if (first) return `${home}${first.slice(1)}/${name}`
  if (model.source === 'hub') return `${home}/.cache/huggingface/hub/${name}`
  throw new Problem(
    'conflict',
    `${to.name} has no directory of models to copy ${model.id} from ${from.name} to. Name one: ithaca hosts edit ${to.name} --model-dirs ~/models`,
  )
}

const copiedTo = (name: string): string => name.split(' to ').at(-1) ?? ''

/** What is about to be deleted lies below a place of models, or it is not deleted. */
const removable = (model: Model): string => {
  const folder = folderOf(model)
  const inside = folder.slice(model.root.length).split('/')
  if (!folder.startsWith('/') || !folder.startsWith(`${model.root}/`) || inside.includes('..'))
    throw new Problem('conflict', `${folder} is a directory of models itself; delete it by hand.`)
  return folder
}

const gib = (bytes: number | null): string =>
  bytes === null ? 'room' : `${(bytes / 1024 ** 3).toFixed(1)} GiB`
