import { expect, test } from 'vitest'
import { changeCommand, differenceOf, settingOf, unsettingOf } from '../../src/cookbook/change.ts'
import { parseCommand } from '../../src/cookbook/command/command.ts'
import { showCommand } from '../../src/cookbook/command/redact.ts'

const changed = (cmd: string, set: string[], unset: string[] = []): [string, string[]] => {
  const before = parseCommand(cmd)
  const operations = [...unset.map(unsettingOf), ...set.map(settingOf)].map(operation => operation!)
  const { run, left } = changeCommand(before, operations)
  expect(left).toEqual([])
  return [showCommand(run), differenceOf(before, run)]
}

test('flags and variables are set in their place, added, and taken out', () => {
  expect(changed('vllm serve m --max-model-len 4096 --port 8000', ['--max-model-len=8192'])).toEqual([
    'vllm serve m --max-model-len 8192 --port 8000',
    ['---max-model-len 4096', '+--max-model-len 8192'],
  ])
  expect(changed('A=1 vllm serve m --enforce-eager', ['B=two words'], ['--enforce-eager', 'A'])).toEqual([
    "B='two words' vllm serve m",
    ['-A=1', '---enforce-eager', "+B='two words'"],
  ])
  expect(changed('vllm serve m --max_model_len=1', ['--max-model-len=2'])[1]).toEqual([
    '---max_model_len 1',
    '+--max_model_len 2',
  ])
})

test('what only the host knows stays what it was', () => {
  const [cmd, difference] = changed('CACHE=$HOME/x vllm serve ~/models/m --download-dir "$CACHE"', [
    '--port=9000',
  ])
  expect(cmd).toBe('CACHE="${HOME}"/x vllm serve ~/models/m --download-dir "${CACHE}" --port 9000')
  expect(difference).toEqual(['+--port 9000'])
})

test('a difference tells no secret', () => {
  const before = parseCommand('vllm serve m')
  const after = parseCommand('HF_TOKEN=hf_abcdefghijkl vllm serve m --api-key sk-very-secret-key-000')
  expect(differenceOf(before, after).join('\n')).not.toMatch(/abcdef|very-secret/)
})

test('what is no change is none', () => {
  for (const text of ['', 'x', '=', '1A=b', 'rm -rf']) expect(settingOf(text)).toBeNull()
  for (const text of ['', '1A', 'a b', '-']) expect(unsettingOf(text)).toBeNull()
})
