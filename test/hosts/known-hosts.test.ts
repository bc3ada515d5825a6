import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  fingerprint,
  judgeHostKey,
  keyError,
  keyLine,
  knownTypes,
  trustHostKey,
} from '../../src/hosts/known-hosts.ts'
import { makeKey } from '../peers/sshd.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ithaca-known-'))
  file = join(folder, 'known_hosts')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function newKey(name: string, type = 'ed25519') {
  makeKey(join(folder, name), type)
  const [kind = '', base64 = ''] = readFileSync(join(folder, `${name}.pub`), 'utf8').split(' ')
  return { kind, base64, blob: Buffer.from(base64, 'base64') }
}

describe('judging a host key', () => {
  it('finds plain, port, pattern and hashed names, as ssh-keygen writes them', () => {
    const key = newKey('k')
    writeFileSync(
      file,
      `plain,10.0.0.1 ${key.kind} ${key.base64}\n[odd]:2222 ${key.kind} ${key.base64}\n*.farm,!bad.farm ${key.kind} ${key.base64}\n`,
    )
    const state = (host: string, port = 22) => judgeHostKey([file], host, port, key.blob).state
    const judged = () => [
      state('plain'),
      state('PLAIN'),
      state('10.0.0.1'),
      state('odd', 2222),
      state('plain', 2200),
    ]
    expect(judged()).toEqual(['known', 'known', 'known', 'known', 'known'])
    expect([state('a.farm'), state('bad.farm'), state('other'), state('odd')]).toEqual([
      'known',
      'unknown',
      'unknown',
      'unknown',
    ])
    const other = join(folder, 'hashed')
    writeFileSync(other, `plain,10.0.0.1 ${key.kind} ${key.base64}\n[odd]:2222 ${key.kind} ${key.base64}\n`)
    execFileSync('ssh-keygen', ['-H', '-f', other], { stdio: 'ignore' })
    expect(readFileSync(other, 'utf8')).not.toContain('plain')
    const hashed = (host: string, port = 22) => judgeHostKey([other], host, port, key.blob).state
    expect([hashed('plain'), hashed('10.0.0.1'), hashed('odd', 2222), hashed('no')]).toEqual([
      'known',
      'known',
      'known',
      'unknown',
    ])
  })

  it('refuses a changed and a revoked key, with both fingerprints and the place', () => {
    const [old, now] = [newKey('old'), newKey('now')]
    writeFileSync(file, `# a comment\nh ${old.kind} ${old.base64}\n`)
    const error = keyError(judgeHostKey([file], 'h', 22, now.blob), 'h', 22, now.blob, file)!
    expect(error.code).toBe('host_key_changed')
    for (const part of [fingerprint(old.blob), fingerprint(now.blob), `line 2 of ${file}`])
      expect(error.message).toContain(part)
    writeFileSync(file, `@revoked * ${old.kind} ${old.base64}\nh ${old.kind} ${old.base64}\n`)
    const revoked = keyError(judgeHostKey([file], 'h', 22, old.blob), 'h', 22, old.blob, file)!
    expect(revoked).toMatchObject({ code: 'host_key_changed', details: { revoked: true } })
  })

  it('takes no certificate authority for a host key, reads several files and survives rubbish', () => {
    const key = newKey('k')
    const second = join(folder, 'second')
    writeFileSync(
      file,
      `@cert-authority h ${key.kind} ${key.base64}\nnonsense\n|1|x|y ${key.kind} ${key.base64}\n\0\xff\n`,
    )
    expect(judgeHostKey([file, second], 'h', 22, key.blob).state).toBe('unknown')
    writeFileSync(second, `h ${key.kind} ${key.base64}\n`)
    expect(judgeHostKey([file, second], 'h', 22, key.blob).state).toBe('known')
    expect(knownTypes([file, second], 'h', 22)).toEqual(['ssh-ed25519'])
  })

  it('agrees with ssh-keygen about fingerprints', () => {
    for (const type of ['ed25519', 'ecdsa', 'rsa']) {
      const key = newKey(type, type)
      const said = execFileSync('ssh-keygen', ['-lf', join(folder, `${type}.pub`)], { encoding: 'utf8' })
      expect(said).toContain(fingerprint(key.blob))
    }
  })
})

describe('trusting a host key', () => {
  it('files it once, for the user alone, after a line without an end', () => {
    const key = newKey('k')
    const line = keyLine('Host', 2222, key.blob)
    expect(line).toBe(`[host]:2222 ${key.kind} ${key.base64}`)
    trustHostKey(file, line)
    trustHostKey(file, line)
    expect(readFileSync(file, 'utf8')).toBe(`${line}\n`)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    writeFileSync(file, `other ${key.kind} ${key.base64}`)
    trustHostKey(file, line, true)
    trustHostKey(file, line, true)
    expect(readFileSync(file, 'utf8').split('\n')).toHaveLength(3)
    expect(judgeHostKey([file], 'host', 2222, key.blob).state).toBe('known')
    expect(execFileSync('ssh-keygen', ['-F', '[host]:2222', '-f', file], { encoding: 'utf8' })).toContain(
      'found',
    )
  })

  it('files nothing that is not one key line', () => {
    const key = newKey('k')
    const good = keyLine('h', 22, key.blob)
    for (const line of [
      '',
      'h',
      `${good}\nevil ${key.kind} ${key.base64}`,
      `@cert-authority ${good}`,
      `|1|a|b ${key.kind} ${key.base64}`,
    ])
      expect(() => trustHostKey(file, line)).toThrow('not a line')
  })
})
