import { mkdir, open, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { catalogue, type Shape, shapeOf } from './catalogue.ts'
import { faultsOf } from './faults.ts'
import { bar, Output, pace, percent, progress } from './output.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'

/** The same cache layout the hub's own client keeps; weights are holes that take no room on the disk. */
export function hubFolder(hub: string, id: string): string {
  return join(hub, `models--${id.replaceAll('/', '--')}`)
}

export async function writeDemoModel(hub: string, id: string): Promise<string> {
  const model = shapeOf(id)
  const folder = hubFolder(hub, id)
  for (const [name, content] of filesOf(model)) await place(folder, name, content)
  await mkdir(join(folder, 'refs'), { recursive: true })
  await writeFile(join(folder, 'refs/main'), COMMIT)
  return join(folder, 'snapshots', COMMIT)
}

type Content = { text: string } | { tensors: number }

function filesOf(model: Shape): [name: string, content: Content][] {
  const names = Array.from({ length: model.shards }, (_, i) => {
    const number = (value: number) => String(value).padStart(5, '0')
    return model.shards === 1
      ? 'model.safetensors'
      : `model-${number(i + 1)}-of-${number(model.shards)}.safetensors`
  })
  const each = Math.floor(model.weightBytes / model.shards / 2) * 2
  const weights = names.map((name, i): [string, Content] => [
    name,
    { tensors: i === names.length - 1 ? model.weightBytes - each * (names.length - 1) : each },
  ])
  const map = Object.fromEntries(names.map((name, i) => [`model.layers.${i}.weight`, name]))
  const index = { metadata: { total_size: model.weightBytes }, weight_map: map }
  return [
    ['config.json', { text: JSON.stringify(configOf(model), null, 2) }],
    ['tokenizer.json', { text: '{}' }],
    ...(names.length > 1
      ? [['model.safetensors.index.json', { text: JSON.stringify(index) }] as [string, Content]]
      : []),
    ...weights,
  ]
}

function configOf(model: Shape): Record<string, unknown> {
  return {
    architectures: [model.architecture],
    model_type: model.architecture.replace('ForCausalLM', '').toLowerCase(),
    torch_dtype: 'bfloat16',
    num_hidden_layers: model.layers,
    hidden_size: model.hidden,
    intermediate_size: model.intermediate,
    num_attention_heads: model.heads,
    num_key_value_heads: model.kvHeads,
    head_dim: model.headDim,
    vocab_size: model.vocabulary,
    max_position_embeddings: model.maxLength,
  }
}

async function place(folder: string, name: string, content: Content): Promise<void> {
  const blob = join(folder, 'blobs', `demo-${name}`)
  await mkdir(dirname(blob), { recursive: true })
  if ('text' in content) await writeFile(blob, content.text)
  else await writeHole(blob, content.tensors)
  const link = join(folder, 'snapshots', COMMIT, name)
  await mkdir(dirname(link), { recursive: true })
  await rm(link, { force: true })
  await symlink(join('../../blobs', `demo-${name}`), link)
}

/** A safetensors file of one tensor, all of it a hole. */
async function writeHole(path: string, bytes: number): Promise<void> {
  const tensor = { dtype: 'BF16', shape: [bytes / 2], data_offsets: [0, bytes] }
  const header = Buffer.from(JSON.stringify({ weight: tensor }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(header.length))
  const file = await open(path, 'w')
  try {
    await file.write(Buffer.concat([length, header]))
    await file.truncate(8 + header.length + bytes)
  } finally {
    await file.close()
  }
}

/** `hf download REPOSITORY`: bars, a half-written blob that a restart goes on with, and the cache at the end. */
export async function hf(argv: string[]): Promise<void> {
  const [command, id] = argv
  if (command === 'version' || command === '--version')
    return void process.stdout.write('huggingface_hub version: 0.36.0\n')
  if (command !== 'download' || id === undefined || id.startsWith('-')) {
    process.stderr.write('usage: hf download REPO_ID [FILENAMES...]\nhf: error: a repository is required\n')
    return process.exit(2)
  }
  const faults = faultsOf(id)
  const model = shapeOf(id)
  if (faults.has('not-found')) {
    process.stderr.write(
      `Repository Not Found for url: https://huggingface.co/api/models/${id}/revision/main.\nInvalid username or password.\n`,
    )
    return process.exit(1)
  }
  if (faults.has('gated') || (model.gated && !process.env.HF_TOKEN)) {
    process.stderr.write(
      `Error: Access denied. This repository requires approval.\nCannot access gated repo for url https://huggingface.co/${id}/resolve/main/config.json.\n`,
    )
    return process.exit(1)
  }
  await download(id, model)
}

async function download(id: string, model: Shape): Promise<void> {
  const out = new Output(false)
  const hub = hubRoot()
  const blobs = join(hubFolder(hub, id), 'blobs')
  await mkdir(blobs, { recursive: true })
  const unfinished = 'demo-weights.incomplete'
  const before = (await readdir(blobs)).includes(unfinished)
  await writeFile(join(blobs, unfinished), '', { flag: 'a' })
  const files = model.shards + 3
  await progress(out, {
    steps: files,
    seconds: before ? 4 : 8,
    render: (done, elapsed) =>
      `Fetching ${files} files: ${percent(done, files)}|${bar(done, files)}| ${done}/${files} [${pace(done, files, elapsed)}]`,
  })
  await rm(join(blobs, unfinished))
  out.line(await writeDemoModel(hub, id))
}

function hubRoot(): string {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, HOME = '/' } = process.env
  if (HF_HUB_CACHE) return HF_HUB_CACHE
  if (HUGGINGFACE_HUB_CACHE) return HUGGINGFACE_HUB_CACHE
  return HF_HOME ? join(HF_HOME, 'hub') : join(HOME, '.cache/huggingface/hub')
}

/** Every model of the catalogue, for a machine that is to look lived in. */
export async function installDemoModels(hub: string, ids = catalogue.map(model => model.id)): Promise<void> {
  for (const id of ids) await writeDemoModel(hub, id)
}
