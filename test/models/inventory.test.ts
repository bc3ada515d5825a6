import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'
import { codexModels } from '../../src/models/codex.ts'
import { groupGguf, quantOf } from '../../src/models/gguf-files.ts'
import { readInventory, takeInventory } from '../../src/models/inventory/inventory.ts'
import { inventoryScript } from '../../src/models/inventory/script.ts'
import type { Model } from '../../src/models/model.ts'

let home: string
let hub: string
let shelf: string

async function put(path: string, content: string | number): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, typeof content === 'string' ? content : '')
  if (typeof content === 'number') await truncate(path, content)
}

/** A repository in a hub cache: blobs, links to them, and a ref. */
async function repository(
  name: string,
  files: Record<string, string | number>,
  commit = 'c0ffee',
): Promise<string> {
  const folder = join(hub, `models--${name.replaceAll('/', '--')}`)
  await put(join(folder, 'refs/main'), commit)
  await mkdir(join(folder, 'snapshots', commit), { recursive: true })
  for (const [file, content] of Object.entries(files)) {
    const blob = `blob-${file.replaceAll('/', '-').replaceAll('\n', '')}`
    await put(join(folder, 'blobs', blob), content)
    const link = join(folder, 'snapshots', commit, file)
    await mkdir(dirname(link), { recursive: true })
    await symlink(join('../'.repeat(file.split('/').length + 1), 'blobs', blob), link)
  }
  return folder
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "ithaca models ' "))
  hub = join(home, '.cache/huggingface/hub')
  shelf = join(home, 'shelf')
  const index = JSON.stringify({
    weight_map: { a: 'm-1.safetensors', b: 'm-2.safetensors', c: 'm-2.safetensors' },
  })
  await repository('Qwen/Whole', {
    'config.json': '{}',
    'model.safetensors.index.json': index,
    'm-1.safetensors': 3000,
    'm-2.safetensors': 4000,
  })
  await repository('Qwen/Halved', {
    'config.json': '{}',
    'model.safetensors.index.json': index,
    'm-1.safetensors': 3000,
  })
  const partial = await repository('Qwen/Partial', { 'model.safetensors': 500 })
  await put(join(partial, 'blobs/0123456789abcdef.1a2b3c4d.incomplete'), 77)
  const broken = await repository('Qwen/Broken', { 'model.safetensors': 500 })
  await symlink('../../blobs/nowhere', join(broken, 'snapshots/c0ffee/other.safetensors'))
  await repository('ghost', { 'model.safetensors': 0 })
  await repository('only/config', { 'config.json': '{}' })
  await repository('unsloth/Split-GGUF', {
    'Q4_K_M/big-Q4_K_M-00001-of-00002.gguf': 1000,
    'Q4_K_M/big-Q4_K_M-00002-of-00002.gguf': 2000,
    'big-Q8_0.gguf': 5000,
    'mmproj-F16.gguf': 10,
  })
  await repository('evil/na\n"me', { "it's $(touch pwned)\n models-x f 1:1 9 9 9 gotcha.safetensors": 42 })
  await put(
    join(home, '.ollama/models/manifests/registry.ollama.ai/library/qwen3/8b'),
    JSON.stringify({
      config: { digest: 'sha256:cc', size: 10 },
      layers: [{ digest: 'sha256:aa', size: 900 }],
    }),
  )
  await put(join(home, '.ollama/models/blobs/sha256-aa'), 900)
  await put(join(home, '.ollama/models/blobs/sha256-cc'), 10)
  await put(
    join(home, '.ollama/models/manifests/hf.co/bartowski/Llama/Q4_0'),
    JSON.stringify({ layers: [{ digest: 'sha256:dd', size: 5 }] }),
  )
  await put(join(shelf, 'MyModel/config.json'), '{}')
  await put(join(shelf, 'MyModel/model.safetensors'), 600)
  await put(join(shelf, 'pipe/model_index.json'), '{}')
  await put(join(shelf, 'pipe/unet/diffusion.safetensors'), 70)
  await put(join(shelf, 'loose-Q5_K_S-00001-of-00002.gguf'), 11)
  await put(join(shelf, 'publisher/repo/x-IQ2_XXS.gguf'), 12)
  await put(join(shelf, 'notes.txt'), 'no model')
  await put(join(shelf, '.hidden/model.safetensors'), 5)
  await put(join(shelf, 'models--org--inside/snapshots/abc/model.safetensors'), 99)
})
afterAll(() => rm(home, { recursive: true, force: true }))

function scan(shell: string[], path: string): Model[] {
  const directories = ['~/shelf', '/proc', '/no/such dir', hub]
  const [program = 'sh', ...first] = shell
  const done = spawnSync(program, [...first, '-c', inventoryScript('models-x9', directories)], {
    env: { HOME: home, PATH: path },
    cwd: home,
    encoding: 'utf8',
    maxBuffer: 1e8,
  })
  expect(done.stderr).toBe('')
  const inventory = readInventory(done.stdout, 'models-x9', 1)
  expect(inventory?.problems).toHaveLength(2)
  return inventory?.models ?? []
}

const shells: [string, string[]][] = [
  ['dash', ['dash']],
  ['bash', ['bash', '--posix']],
  ['busybox and nothing else', ['busybox', 'sh']],
]

describe.each(shells)('a host with %s', (name, shell) => {
  let models: Model[]
  const one = (id: string) => models.find(model => model.id === id)
  beforeAll(async () => {
    let path = process.env.PATH ?? ''
    if (name.startsWith('busybox')) {
      path = join(home, 'applets')
      await mkdir(path)
      const busybox = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim()
      spawnSync(busybox, ['--install', '-s', path])
      models = scan([busybox, 'sh'], path)
    } else models = scan(shell, path)
  })

  it('tells whole repositories from those that miss something, and says what', () => {
    expect(one('Qwen/Whole')).toMatchObject({
      state: 'ready',
      files: 4,
      revision: 'c0ffee',
      format: 'safetensors',
    })
    expect(one('Qwen/Whole')?.bytes).toBe(7000 + '{}'.length + 82)
    expect(one('Qwen/Halved')).toMatchObject({ state: 'incomplete', missing: ['m-2.safetensors is missing'] })
    expect(one('Qwen/Partial')).toMatchObject({
      state: 'incomplete',
      missing: ['0123456789ab… is half downloaded'],
    })
    expect(one('Qwen/Broken')).toMatchObject({
      state: 'incomplete',
      missing: ['other.safetensors leads nowhere'],
    })
    expect(one('only/config')).toMatchObject({ state: 'incomplete', missing: ['no weights were downloaded'] })
    expect(one('ghost')).toMatchObject({ state: 'empty' })
  })

  it('groups split files and knows projectors', () => {
    expect(
      one('unsloth/Split-GGUF')
        ?.gguf.map(({ name, bytes, role, quant, parts }) => [name, bytes, role, quant, parts])
        .sort(),
    ).toEqual([
      ['Q4_K_M/big-Q4_K_M-00001-of-00002.gguf', 3000, 'model', 'Q4_K_M', 2],
      ['big-Q8_0.gguf', 5000, 'model', 'Q8_0', 1],
      ['mmproj-F16.gguf', 10, 'projector', 'F16', 1],
    ])
  })

  it('is not deceived by names', () => {
    expect(one('evil/na\n"me')).toMatchObject({ state: 'ready', bytes: 42, files: 1 })
  })

  it('reads the store of Ollama', () => {
    expect(one('qwen3:8b')).toMatchObject({ state: 'ready', bytes: 910, source: 'ollama' })
    expect(one('hf.co/bartowski/Llama:Q4_0')).toMatchObject({ state: 'incomplete' })
  })

  it('reads folders, pipelines, loose files and a hub inside a directory', () => {
    expect(one('MyModel')).toMatchObject({
      state: 'ready',
      bytes: 602,
      format: 'safetensors',
      source: 'directory',
    })
    expect(one('pipe')).toMatchObject({ format: 'diffusers', files: 2 })
    expect(one('loose-Q5_K_S')).toMatchObject({ state: 'incomplete', missing: ['part 2 of 2'] })
    expect(one('publisher/repo')?.gguf[0]).toMatchObject({ quant: 'IQ2_XXS' })
    expect(one('org/inside')).toMatchObject({ source: 'hub', bytes: 99 })
    expect(models).toHaveLength(15)
  })
})

it('goes through a host, and into the shape that codex clients read', async () => {
  const before = process.env.HOME
  process.env.HOME = home
  const host = new Machine('local', 'local', async () => openLocal())
  try {
    const inventory = await takeInventory(host, ['~/shelf'])
    const codex = codexModels(inventory)
    expect(codex.find(model => model.repo_id === 'ghost')).toBeUndefined()
    expect(codex.find(model => model.repo_id === 'Qwen/Halved')).toMatchObject({
      has_incomplete: true,
      status: 'downloading',
      size: '0 MB',
      path: hub,
    })
    expect(codex.find(model => model.repo_id === 'qwen3:8b')).toMatchObject({
      path: 'ollama',
      backend: 'ollama',
      is_ollama: true,
    })
    expect(codex.find(model => model.repo_id === 'unsloth/Split-GGUF')).toMatchObject({
      is_gguf: true,
      gguf_files: expect.arrayContaining([
        {
          name: 'big-Q4_K_M-00001-of-00002.gguf',
          rel_path: 'Q4_K_M/big-Q4_K_M-00001-of-00002.gguf',
          size_bytes: 3000,
          role: 'model',
          quant: 'Q4_K_M',
          split: true,
          parts: 2,
        },
      ]),
    })
  } finally {
    host.close()
    process.env.HOME = before
  }
})

it('does not take half an answer for a host without models', () => {
  expect(readInventory('x root hub /a\nx hubmodel /a/models--b', 'x', 1)).toBeNull()
})

it.each([
  ['Llama-3.2-3B-Instruct-Q4_K_M.gguf', 'Q4_K_M'],
  ['Qwen3-30B-A3B-UD-Q4_K_XL-00001-of-00003.gguf', 'UD-Q4_K_XL'],
  ['gpt-oss-20b-mxfp4.gguf', 'MXFP4'],
  ['phi-4.iq3_xs.gguf', 'IQ3_XS'],
  ['model.gguf', null],
  ['Q-model-7B.gguf', null],
])('%s is %s', (name, quant) => {
  expect(quantOf(name)).toBe(quant)
  expect(groupGguf([{ name, path: `/${name}`, bytes: 1 }])).toHaveLength(1)
})
