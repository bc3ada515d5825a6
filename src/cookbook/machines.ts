import { randomUUID } from 'node:crypto'
import type * as z from 'zod'
import type { Author, Changes } from '../../store/changes.ts'
import type { HostStore, KeptHost } from '../../store/hosts.ts'
import type { GpuSample, Host as HostView, Ran, hosts as routes } from '../contract/hosts.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'
import { readTarget } from '../contract/target.ts'
import { GpuHistory } from '../gpus/history.ts'
import type { GpuReading } from '../gpus/reading.ts'
import { listAliases } from '../hosts/aliases.ts'
import { type Host, HostError } from '../hosts/host.ts'
import { Hosts, type HostsOptions, isLocalName, LOCAL_ID } from '../hosts/hosts.ts'
import { type ProbeStep, probeHost } from '../hosts/probe.ts'
import { bareScript, type Site } from '../sessions/shell.ts'
import { type Disk, diskPlaces } from './disks.ts'
import { historyOf, viewOf } from './machine-view.ts'
import { overThere } from './trouble.ts'

/** A host with everything the Cookbook needs to act on it. */
export interface Place {
  readonly id: string
  readonly name: string
  readonly settings: KeptHost
  readonly host: Host
  readonly site: Site
  disks: readonly Disk[]
  readonly gpus: Gpus
}

interface Gpus {
  reading: GpuReading | null
  readonly history: GpuHistory
  /** Which of what was found the processes belong to that bear no id of ours, as `holder` names them. */
  claims: ReadonlyMap<string, string>
}

export interface Machines {
  list(): HostView[]
  view(reference: string): HostView
  add(
    author: Author,
    input: Parsed<typeof routes.add>,
  ): Promise<{ added: HostView[]; skipped: { name: string; reason: string }[] }>
  edit(author: Author, input: Parsed<typeof routes.edit>): HostView
  remove(author: Author, reference: string): void
  test(reference: string, signal: AbortSignal): AsyncGenerator<ProbeStep>
  trust(author: Author, reference: string, fingerprint: string): Promise<HostView>
  aliases(pattern: string, saved: boolean): Promise<string[]>
  history(reference: string, since: number): z.output<typeof GpuSample>[]
  /** What was run there lately, the newest first. */
  commands(reference: string): Ran[]
  at(reference: string): Place
  all(): Place[]
  hfToken(id: string): string | null
  /** Told when a host was added, changed or removed. */
  onChange(listener: () => void): void
  close(): void
}

export const openMachines = (deps: {
  store: HostStore
  changes: Changes
  now: () => number
  seal: { seal(text: string): Buffer; open(sealed: Buffer): string }
  ssh: HostsOptions
  /** The socket of this machine's tmux: ours alone, and another one for every workspace. */
  localSocket: string
  localState: string
}): Machines => {
  const { store, changes, now } = deps
  const hosts = new Hosts(deps.ssh)
  const places = new Map<string, Place>()
  const listeners = new Set<() => void>()
  const told = new Map<string, string>()
  let records: KeptHost[] = []

  const reload = (): void => {
    records = store.all()
    if (!records.some(record => record.id === LOCAL_ID)) records.unshift(localHost(now()))
    hosts.setRecords(
      records.map(({ id, name, target, port, transport }) => ({
        id,
        name,
        target,
        port,
        transport: transport === 'auto' ? null : transport,
      })),
    )
    const wanted = new Set(records.map(record => record.id))
    for (const id of places.keys())
      if (!wanted.has(id)) {
        places.delete(id)
        told.delete(id)
      }
    for (const record of records) places.set(record.id, placeFor(record, places.get(record.id)))
    for (const listener of listeners) listener()
  }

  const placeFor = (record: KeptHost, before: Place | undefined): Place => {
    const host = hosts.get(record.id)
    const place: Place = {
      id: record.id,
      name: record.name,
      settings: record,
      host,
      site:
        record.id === LOCAL_ID
          ? { stateDir: record.state_dir ?? deps.localState, socket: deps.localSocket }
          : { stateDir: record.state_dir ?? undefined },
      disks: before?.disks ?? [],
      gpus: before?.gpus ?? { reading: null, history: new GpuHistory(), claims: new Map() },
    }
    if (before?.host !== host) host.onReach(() => tellReach(record.id))
    return place
  }

  /** Not each try that fails as the one before: what is told is what is news. */
  const tellReach = (id: string): void => {
    const place = places.get(id)
    if (!place) return
    const { retry_at: _next, ...reach } = viewOf(place).reach
    const news = JSON.stringify(reach)
    if (told.get(id) === news) return
    told.set(id, news)
    changes.mention({
      actor: 'ithaca',
      action: 'hosts.reach',
      noun: 'host',
      id,
      summary: `${place.name} is ${place.host.reach.state}`,
      data: viewOf(place),
    })
  }

  const find = (reference: string): KeptHost => {
    const host = hosts.find(reference)
    const record = host && records.find(one => one.id === host.id)
    if (!record)
      throw notFound(
        'host',
        reference,
        records.map(({ name }) => name),
      )
    return record
  }
  const isTaken = (name: string, by?: KeptHost): boolean =>
    isLocalName(name) || records.some(one => one.name === name && one.id !== by?.id)
  const placeOf = (reference: string): Place => places.get(find(reference).id)!

  const save = (author: Author, record: KeptHost, action: string, summary: string): HostView => {
    changes.write(author, tx => {
      store.put(tx, record)
      tx.say({
        action: `hosts.${action}`,
        noun: 'host',
        id: record.id,
        summary,
        data: { id: record.id, name: record.name },
      })
    })
    reload()
    return viewOf(places.get(record.id)!)
  }

  reload()
  // Whoever is told of it after us reads the host as it is again.
  changes.subscribe(events => {
    if (events.some(({ action, noun }) => action === 'audit.undo' && noun === 'host')) reload()
  })

  return {
    list: () => records.map(record => viewOf(places.get(record.id)!)),
    view: reference => viewOf(placeOf(reference)),

    async add(author, input) {
      const { target, name, from_ssh_config: pattern, like, ...given } = input
      const model = like === undefined ? undefined : find(like)
      const targets = pattern === undefined ? [target] : listAliases(pattern, deps.ssh.sshConfig ?? undefined)
      const added: HostView[] = []
      const skipped: { name: string; reason: string }[] = []
      if (pattern === undefined && !target)
        throw new Problem('invalid', 'Say which: an alias of the ssh config, or user@host.')
      for (const one of targets as string[]) {
        const called = (pattern === undefined && name) || nameFor(one)
        const fault = readTarget(one)
        if (typeof fault === 'string') {
          skipped.push({ name: called, reason: fault })
          continue
        }
        if (hosts.find(one) || isTaken(called)) {
          if (pattern === undefined) throw new Problem('conflict', `There is a host '${called}' already.`)
          skipped.push({ name: called, reason: 'it is saved already' })
          continue
        }
        const record: KeptHost = {
          ...(model ?? localHost(0)),
          id: randomUUID().slice(0, 8),
          name: called,
          target: one,
          port: null,
          created_at: now(),
        }
        added.push(save(author, applied(record, given, deps.seal), 'add', `Added the host ${called}`))
      }
      return { added, skipped }
    },

    edit(author, input) {
      const { id, name, target, ...given } = input
      const record = find(id)
      if (record.id === LOCAL_ID && (target || name))
        throw new Problem('conflict', 'This machine keeps its name and address.')
      if (name !== undefined && isTaken(name, record))
        throw new Problem('conflict', `There is a host '${name}' already.`)
      if (target !== undefined && isLocalName(target))
        throw new Problem('conflict', `'${target}' is this machine, which is there as '${LOCAL_ID}'.`)
      const fresh = {
        ...applied(record, given, deps.seal),
        name: name ?? record.name,
        target: target ?? record.target,
      }
      return save(author, fresh, 'edit', `Changed the host ${fresh.name}`)
    },

    remove(author, reference) {
      const record = find(reference)
      if (record.id === LOCAL_ID) throw new Problem('conflict', 'This machine cannot be removed.')
      changes.write(author, tx => {
        store.remove(tx, record.id)
        tx.say({
          action: 'hosts.rm',
          noun: 'host',
          id: record.id,
          summary: `Removed the host ${record.name}`,
          data: null,
        })
      })
      reload()
    },

    async *test(reference, signal) {
      const place = placeOf(reference)
      const way = await hosts.way(place.id).catch((error: Error) => ({ kind: 'ssh', why: error.message }))
      yield* probeHost(place.host, {
        way,
        disks: diskPlaces(place).map(({ word }) => word),
        environments: place.settings.env_path ? [place.settings.env_path] : [],
        agentSocket: process.env.SSH_AUTH_SOCK ?? null,
        signal,
      })
    },

    commands(reference) {
      const { host, site } = placeOf(reference)
      return host.commands.rows
        .map(row => ({ ...row, text: row.what === 'question' ? bareScript(row.text, site) : row.text }))
        .reverse()
    },

    async trust(author, reference, fingerprint) {
      const place = placeOf(reference)
      const question = await overThere(place.name, unknownKey(place.host))
      if (!question) throw new Problem('conflict', `${place.name} does not ask about a host key.`)
      if (question.fingerprint !== fingerprint)
        throw new Problem(
          'conflict',
          `${place.name} shows ${question.fingerprint}, not ${fingerprint}. Nothing was trusted.`,
        )
      await overThere(place.name, hosts.trust(place.id, question.line))
      changes.write(author, tx =>
        tx.say({
          action: 'hosts.trust',
          noun: 'host',
          id: place.id,
          summary: `Trusted the key ${fingerprint} of ${place.name}`,
          data: null,
        }),
      )
      return viewOf(place)
    },

    async aliases(pattern, saved) {
      const all = listAliases(pattern, deps.ssh.sshConfig ?? undefined)
      return saved ? all : all.filter(alias => !hosts.find(alias))
    },

    history: (reference, since) => historyOf(placeOf(reference), since),
    at: placeOf,
    all: () => records.map(record => places.get(record.id)!),
    hfToken(id) {
      const sealed = records.find(record => record.id === id)?.hf_token
      return sealed ? deps.seal.open(sealed) : null
    },
    onChange: listener => void listeners.add(listener),
    close: () => hosts.close(),
  }
}

const localHost = (at: number): KeptHost => ({
  id: LOCAL_ID,
  name: LOCAL_ID,
  target: '',
  port: null,
  transport: 'auto',
  env: 'none',
  env_path: null,
  model_dirs: [],
  gpus: null,
  hf_token: null,
  variables: {},
  port_range: null,
  state_dir: null,
  created_at: at,
})

type Settings = Omit<Parsed<typeof routes.edit>, 'id' | 'name' | 'target'>

const applied = (record: KeptHost, given: Settings, seal: { seal(text: string): Buffer }): KeptHost => {
  const { hf_token, ...rest } = given
  const fields = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const token = hf_token === undefined ? record.hf_token : hf_token ? seal.seal(hf_token) : null
  return { ...record, ...(fields as Partial<KeptHost>), hf_token: token }
}

/** `ann@gpu-a.example.org` is called `gpu-a`, unless a person says otherwise. */
const nameFor = (target: string): string => {
  const host = target.replace(/^.*@/, '').replace(/:\d+$/, '')
  return /^[\d.]+$/.test(host) ? host : host.split('.')[0]!
}

/** Asks the host something, to hear whether its key is still in question. */
const unknownKey = async (host: Host): Promise<{ fingerprint: string; line: string } | null> => {
  try {
    await host.ask(':')
    return null
  } catch (error) {
    if (error instanceof HostError && error.code === 'host_key_unknown')
      return error.details as { fingerprint: string; line: string }
    throw error
  }
}
