import { createHash } from 'node:crypto'
import { nameOf, spellings } from './settings.ts'
import type {
  Engine,
  Evidence,
  Fix,
  FixTemplate,
  Operation,
  OperationTemplate,
  Rule,
  Setting,
  Values,
} from './types.ts'

/** The fixes of a rule with the values of this case; one that lacks a value, or does not fit the engine, is left out. */
export function fixesOf(rule: Rule, evidence: Evidence): { values: Values; fixes: Fix[] } {
  const own = { ...evidence.values, ...rule.derive?.(evidence) }
  const values: Values = { ...commonValues(evidence, own), ...own }
  const fixes: Fix[] = []
  for (const template of rule.fixes) {
    const fix = fixOf(template, evidence.engine, values)
    if (fix !== null && !fixes.some(other => other.id === fix.id)) fixes.push(fix)
  }
  return { values, fixes }
}

function fixOf(template: FixTemplate, engine: Engine, values: Values): Fix | null {
  if (template.engines && !template.engines.includes(engine)) {
    if (engine !== 'other' || !template.engines.includes('vllm')) return null
  }
  const title = fill(template.title, values)
  const operations = template.do.map(operation => operationOf(operation, engine, values))
  if (title === null || operations.some(operation => operation === null)) return null
  const done = operations.filter(operation => operation !== null)
  return {
    id: createHash('sha256').update(JSON.stringify(done)).digest('hex').slice(0, 12),
    title,
    operations: done,
  }
}

function operationOf(template: OperationTemplate, engine: Engine, values: Values): Operation | null {
  if ('set' in template) return settingTo(template.set, fill(template.to, values), engine)
  if ('on' in template) return flagged(template.on, engine, flag => ({ op: 'append', flag }))
  if ('drop' in template) return flagged(template.drop, engine, flag => ({ op: 'remove', flag }))
  if ('flag' in template)
    return flagTo(
      fill(template.flag, values),
      template.to === undefined ? undefined : fill(template.to, values),
    )
  if ('remove' in template) return named(fill(template.remove, values), flag => ({ op: 'remove', flag }))
  if ('replace' in template) {
    const [flag, by] = [fill(template.replace, values), fill(template.by, values)]
    return flag === null || by === null ? null : { op: 'replace', flag, by, value: template.to }
  }
  if ('env' in template) {
    const value = template.to === null ? null : fill(template.to, values)
    return value === null && template.to !== null ? null : { op: 'env', name: template.env, value }
  }
  if ('pip' in template) return installed(template.pip, 'pip', values)
  if ('system' in template) return installed(template.system, 'system', values)
  if ('freePort' in template)
    return named(fill(template.freePort, values), port => ({ op: 'free_port', port: Number(port) }))
  if ('gpus' in template) return gpus(template.gpus, values)
  return named(fill(template.run, values), command => ({ op: 'run', command }))
}

const named = (text: string | null, make: (text: string) => Operation): Operation | null =>
  text === null ? null : make(text)

function settingTo(setting: Setting, value: string | null, engine: Engine): Operation | null {
  const name = nameOf(setting, engine === 'other' ? 'vllm' : engine)
  if (name === null || value === null) return null
  if (!/^[A-Z]/.test(name)) return { op: 'set', flag: name, value }
  return { op: 'env', name, value: setting === 'port' ? `127.0.0.1:${value}` : value }
}

function flagged(setting: Setting, engine: Engine, make: (flag: string) => Operation): Operation | null {
  const name = nameOf(setting, engine === 'other' ? 'vllm' : engine)
  if (name === null) return null
  return /^[A-Z]/.test(name) ? { op: 'env', name, value: null } : make(name)
}

function flagTo(flag: string | null, value: string | null | undefined): Operation | null {
  if (flag === null || value === null) return null
  return value === undefined ? { op: 'append', flag } : { op: 'set', flag, value }
}

function installed(names: readonly string[], by: 'pip' | 'system', values: Values): Operation | null {
  const packages = names.map(name => fill(name, values))
  return packages.some(name => name === null) ? null : { op: 'install', packages: packages as string[], by }
}

function gpus(wanted: { count?: string; freeGiB?: string }, values: Values): Operation | null {
  const number = (text: string | undefined) =>
    text === undefined ? null : Number(fill(text, values) ?? Number.NaN)
  const [count, freeGiB] = [number(wanted.count), number(wanted.freeGiB)]
  return Number.isNaN(count) || Number.isNaN(freeGiB) ? null : { op: 'pick_gpus', count, freeGiB }
}

/** Null when a value is missing. */
export function fill(template: string, values: Values): string | null {
  let missing = false
  const text = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined || value === '') missing = true
    return value ?? ''
  })
  return missing ? null : text
}

/** A part in square brackets is left out when one of its values is missing. */
export function sentence(template: string, values: Values): string {
  const text = template.replace(/\[([^[\]]*)\]/g, (_, part: string) => fill(part, values) ?? '')
  return fill(text, values) ?? text.replace(/\{\w+\}/g, '?')
}

const packageNames: Readonly<Partial<Record<Engine, string>>> = {
  vllm: 'vllm',
  sglang: 'sglang[all]',
  tgi: 'text-generation-inference',
  mlx: 'mlx-lm',
  other: 'vllm',
}

const programs: Readonly<Record<Engine, string>> = {
  vllm: 'vllm serve',
  sglang: 'python -m sglang.launch_server',
  'llama.cpp': 'llama-server',
  ollama: 'ollama',
  tgi: 'text-generation-launcher',
  mlx: 'mlx_lm.server',
  other: 'vllm serve',
}

/** The value a flag has in the argument vector, under any of its spellings. */
export function valueIn(argv: readonly string[], flag: string): string | undefined {
  for (const name of spellings(flag)) {
    for (const [at, word] of argv.entries()) {
      if (word.startsWith(`${name}=`)) return word.slice(name.length + 1)
      if (word === name) return argv[at + 1]
    }
  }
  return undefined
}

/** What a fix may need beside the line: values next to those the launch has now. */
function commonValues({ argv, engine, line }: Evidence, own: Values): Values {
  const current = (setting: Setting): number => {
    const name = nameOf(setting, engine === 'other' ? 'vllm' : engine)
    return name === null ? Number.NaN : Number(valueIn(argv, name) ?? Number.NaN)
  }
  const half = (value: number, otherwise: number, least: number) =>
    String(Number.isFinite(value) && value > 0 ? Math.max(least, value >> 1) : otherwise)
  const parallel = current('tensorParallel') || 1
  const memory = current('gpuMemory')
  const repo = argv.find(word => /^[\w.-]+\/[\w.-]+$/.test(word))
  const named = own.module?.split('.')[0]
  return {
    smallerContext: half(
      current('context'),
      engine === 'llama.cpp' || engine === 'ollama' ? 8192 : 4096,
      512,
    ),
    biggerContext: String((current('context') || 4096) * 2),
    fewerSequences: half(current('sequences'), engine === 'llama.cpp' || engine === 'ollama' ? 1 : 64, 1),
    smallerBatch: half(current('batchedTokens'), 2048, 256),
    fewerLayers: half(current('gpuLayers') < 200 ? current('gpuLayers') : Number.NaN, 20, 0),
    lessMemory: Number.isFinite(memory) ? Math.max(0.3, memory - 0.1).toFixed(2) : '0.80',
    moreMemory: moreOf(memory, engine),
    moreGpus: String(parallel * 2),
    fewerGpus: parallel > 1 ? String(parallel >> 1) : undefined,
    cacheType: engine === 'llama.cpp' || engine === 'ollama' ? 'q8_0' : 'fp8',
    tritonName: engine === 'sglang' ? 'triton' : 'TRITON_ATTN',
    otherAttention: otherAttention(line, engine),
    halfName: undefined,
    package: packageNames[engine],
    distribution: named && /^[\w-]+$/.test(named) ? named.replaceAll('_', '-') : undefined,
    requirement:
      own.module && own.want
        ? `${own.module}${/^[<>=!~]/.test(own.want) ? '' : '>='}${own.want.replaceAll(' ', '')}`
        : undefined,
    nextPort: own.port && String(Number(own.port) + 1),
    engineName: programs[engine],
    repoInArgv: repo ?? own.repo ?? '<repository of the model>',
    folder: own.path?.replace(/\/[^/]*$/, '') || undefined,
    interfaceName: own.interface ?? undefined,
    near: nearest(own.given, line),
    askedPart:
      own.asked && own.free
        ? `: ${own.asked} more were asked for, ${own.free} are free`
        : own.asked
          ? `: ${own.asked} more were asked for`
          : undefined,
    detailPart: own.detail ? `: ${own.detail.trim().slice(0, 200)}` : undefined,
    gfx: undefined,
  }
}

function moreOf(memory: number, engine: Engine): string | undefined {
  if (engine === 'tgi') return undefined
  const most = engine === 'sglang' ? 0.93 : 0.95
  if (!Number.isFinite(memory)) return engine === 'sglang' ? '0.9' : '0.95'
  return memory >= most ? undefined : Math.min(most, memory < 0.5 ? memory * 2 : memory + 0.05).toFixed(2)
}

function otherAttention(line: string, engine: Engine): string {
  const flashinfer = /flashinfer|BatchPrefill|BatchDecode/i.test(line)
  if (engine === 'sglang') return flashinfer || !/triton/i.test(line) ? 'triton' : 'flashinfer'
  if (/triton/i.test(line)) return 'FLASH_ATTN'
  return flashinfer ? 'FLASH_ATTN' : 'TRITON_ATTN'
}

/** Of the values the engine offers in the line, the one that begins like the one given. */
function nearest(given: string | undefined, line: string): string | undefined {
  const list = /\(choose from (?<list>[^)]*)\)/.exec(line)?.groups?.list
  if (!given || !list) return undefined
  const offered = [...list.matchAll(/[\w.:-]+/g)].map(([name]) => name)
  return (
    offered.find(name => given.startsWith(name)) ?? offered.find(name => name.startsWith(given.slice(0, 4)))
  )
}
