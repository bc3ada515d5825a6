import { randomUUID } from 'node:crypto'
import type { Author, Changes } from '../../store/changes.ts'
import type { KeptPreset, PresetStore } from '../../store/presets.ts'
import type { KeptServe } from '../../store/serves.ts'
import type { Preset, presets as routes } from '../contract/presets.ts'
import { notFound, Problem } from '../contract/problem.ts'
import type { Parsed } from '../contract/route.ts'
import { type Policy, parseCommand } from './command/command.ts'
import { refuseStarred } from './command/redact.ts'
import { servingOf } from './command/serving.ts'
import type { Machines } from './machines.ts'

export interface Presets {
  list(search?: string): Preset[]
  /** By id, then by name, then by a part of the name that only one has. */
  find(reference: string): Preset
  save(author: Author, input: Parsed<typeof routes.save>, from: KeptServe | null): Preset
  edit(author: Author, input: Parsed<typeof routes.edit>): Preset
  remove(author: Author, reference: string): void
}

export const openPresets = (deps: {
  store: PresetStore
  changes: Changes
  machines: Machines
  now: () => number
  policy: () => Policy
}): Presets => {
  const { store, changes, machines, now } = deps

  const show = (kept: KeptPreset): Preset => ({ ...kept, host_name: nameOf(kept.host) })
  const nameOf = (host: string): string => machines.all().find(place => place.id === host)?.name ?? host

  const find = (reference: string): KeptPreset => {
    const all = store.all()
    const wanted = reference.toLowerCase()
    const exact =
      all.find(preset => preset.id === reference) ?? all.find(preset => preset.name.toLowerCase() === wanted)
    if (exact) return exact
    const near = all.filter(
      preset => preset.name.toLowerCase().includes(wanted) || preset.id.startsWith(reference),
    )
    if (near.length > 1)
      throw new Problem(
        'not_found',
        `No preset matching '${reference}' exactly; there are ${near.map(preset => preset.name).join(', ')}.`,
        {
          candidates: near.map(preset => preset.name),
        },
      )
    if (!near[0]) throw notFound('preset', reference)
    return near[0]
  }

  const save = (author: Author, preset: KeptPreset, action: string, summary: string): Preset => {
    refuseStarred(preset.cmd)
    const serving = servingOf(parseCommand(preset.cmd, deps.policy()))
    const kept = {
      ...preset,
      model: preset.model || serving.model || preset.name,
      port: serving.port,
      updated_at: now(),
    }
    const taken = store
      .all()
      .find(other => other.id !== kept.id && other.name.toLowerCase() === kept.name.toLowerCase())
    if (taken) throw new Problem('conflict', `There is a preset '${taken.name}' already.`)
    changes.write(author, tx => {
      store.put(tx, kept)
      tx.say({ action: `presets.${action}`, noun: 'preset', id: kept.id, summary, data: show(kept) })
    })
    return show(kept)
  }

  return {
    list: search =>
      store
        .all()
        .filter(preset => holdsWords(preset, search))
        .map(show),
    find: reference => show(find(reference)),

    save(author, { name, from: _from, ...input }, from) {
      const cmd = input.cmd ?? (from && !from.shown.startsWith('(') ? from.shown : undefined)
      if (!cmd)
        throw new Problem(
          'invalid',
          from
            ? `${from.name} was not launched here; give the command.`
            : 'A preset needs a command, or a serve to take it from.',
        )
      return save(
        author,
        {
          id: randomUUID().slice(0, 8),
          name,
          model: input.model ?? from?.model ?? '',
          cmd,
          host: machines.at(input.host ?? from?.host ?? '').id,
          env_prefix: input.env_prefix ?? null,
          gpus: input.gpus ?? (from && from.gpus.length > 0 ? from.gpus.join(',') : null),
          port: null,
          restart: input.restart ?? (from?.restart ? `on-failure:${from.restart.times}` : null),
          created_at: now(),
          updated_at: now(),
        },
        'save',
        `Saved the preset "${name}"`,
      )
    },

    edit(author, { id, host, ...given }) {
      const before = find(id)
      const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
      const fresh = { ...before, ...fields, host: host === undefined ? before.host : machines.at(host).id }
      return save(author, fresh, 'edit', `Changed the preset "${fresh.name}"`)
    },

    remove(author, reference) {
      const preset = find(reference)
      changes.write(author, tx => {
        store.remove(tx, preset.id)
        tx.say({
          action: 'presets.rm',
          noun: 'preset',
          id: preset.id,
          summary: `Deleted the preset "${preset.name}"`,
          data: null,
        })
      })
    },
  }
}

export const holdsWords = (
  { name, model, cmd }: Pick<Preset, 'name' | 'model' | 'cmd'>,
  words = '',
): boolean => `${name} ${model} ${cmd}`.toLowerCase().includes(words.toLowerCase())
