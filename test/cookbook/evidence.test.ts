import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { diagnoseSegments } from '../../src/cookbook/diagnosis/diagnose.ts'
import { evidenceOf, lineAt } from '../../src/cookbook/evidence.ts'
import { openLocal } from '../../src/hosts/local.ts'
import { Machine } from '../../src/hosts/machine.ts'

let folder: string
let host: Machine
let far: Machine
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ithaca-evidence-'))
  host = new Machine('local', 'local', async () => openLocal())
  // Read through a shell, as on another machine.
  far = new Machine('far', 'far', async () => openLocal())
})
afterAll(() => {
  host.close()
  far.close()
  rmSync(folder, { recursive: true, force: true })
})

const ROOT = "ModuleNotFoundError: No module named 'xgrammar'"
const START = 'INFO 11-20 10:00:00 [api_server.py:1] vLLM API server version 0.11.0\n'
const noise = (bytes: number): string => {
  const line = 'INFO 11-20 10:00:01 [loggers.py:1] Avg prompt throughput: 0.0 tokens/s, Running: 0 reqs\n'
  return line.repeat(Math.ceil(bytes / line.length))
}

test.each([
  ['a short log', 1000, 1000],
  ['one of several pages', 700_000, 900_000],
  ['the middle of a long one', 5_000_000, 9_000_000],
])('%s keeps its cause, with the number of its line', async (_name, before, after) => {
  const path = join(folder, `${before}.log`)
  const head = START + noise(before)
  writeFileSync(path, `${head}${ROOT}\n${noise(after)}`)
  for (const machine of [host, far]) {
    const segments = await evidenceOf(machine, path)
    const verdict = diagnoseSegments(segments, { engine: 'vllm', exitCode: 1 })
    expect(verdict).toMatchObject({ cause: 'python_module_missing', rootLine: ROOT })
    expect(verdict.byteOffset).toBe(Buffer.byteLength(head))
    expect(await lineAt(machine, path, verdict.byteOffset!)).toBe(head.split('\n').length)
    expect(verdict.scannedBytes).toBeLessThan(4_500_000)
  }
})

test('an empty log and one that is not there are no crash', async () => {
  const path = join(folder, 'empty.log')
  writeFileSync(path, '')
  expect(diagnoseSegments(await evidenceOf(host, path))).toMatchObject({ cause: null })
  await expect(evidenceOf(host, join(folder, 'none.log'))).rejects.toMatchObject({ code: 'not_found' })
})
