import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listAliases } from '../../src/hosts/aliases.ts'
import { chooseTransport } from '../../src/hosts/choice.ts'
import { Hosts } from '../../src/hosts/hosts.ts'
import { parseTarget, resolveSettings } from '../../src/hosts/settings.ts'

let folder: string
let configFile: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ithaca-settings-'))
  configFile = join(folder, 'config')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const resolve = (alias: string) => resolveSettings(parseTarget(alias), { configFile, agentSocket: null })

describe('a target', () => {
  it('is read from what people write', () => {
    expect(parseTarget('ann@gpu-a')).toEqual({ alias: 'gpu-a', user: 'ann', port: null })
    expect(parseTarget('gpu-a:2222')).toEqual({ alias: 'gpu-a', user: null, port: 2222 })
    expect(parseTarget('root@[fe80::1%eth0]:22')).toEqual({ alias: 'fe80::1%eth0', user: 'root', port: 22 })
  })

  it('is never an option, a command or a path', () => {
    const hostile = [
      '-oProxyCommand=id',
      '',
      ' ',
      'a b',
      'a;id',
      '$(id)',
      '-l@h',
      'h:0',
      'h:99999',
      '@h',
      'a@-h',
      'h\nx',
      '`id`',
      'a/b',
      '~x',
      '"h"',
    ]
    for (const target of hostile) expect(() => parseTarget(target), target).toThrow()
  })
})

describe('settings from ssh -G', () => {
  it('follow aliases, Include, Match and tokens', async () => {
    writeFileSync(join(folder, 'more'), 'Host gpu-b\n  HostName 10.0.0.2\n')
    writeFileSync(
      configFile,
      `Include ${folder}/more\nHost gpu-*\n  User ann\n  Port 2200\n  IdentityFile ${folder}/%n-%r-%%\n  UserKnownHostsFile ${folder}/%h\n`,
    )
    const settings = await resolve('gpu-b')
    expect(settings).toMatchObject({
      hostname: '10.0.0.2',
      user: 'ann',
      port: 2200,
      identityFiles: [`${folder}/gpu-b-ann-%`],
    })
    expect(settings.knownHostsFiles[0]).toBe(`${folder}/10.0.0.2`)
    expect(chooseTransport(settings).kind).toBe('ssh2')
  })

  it('name the hops of a ProxyJump in the order they are taken', async () => {
    writeFileSync(
      configFile,
      'Host far\n  ProxyJump ann@one:2201,two\nHost two\n  HostName 10.0.0.2\n  ProxyJump ignored\nHost one\n  ProxyJump zero\n',
    )
    const { jumps } = await resolve('far')
    expect(jumps.map(j => [j.alias, j.user === 'ann', j.port])).toEqual([
      ['zero', false, 22],
      ['one', true, 2201],
      ['two', false, 22],
    ])
  })

  it.each([
    ['ProxyCommand nc %h %p', 'ProxyCommand'],
    ['PKCS11Provider /usr/lib/p11.so', 'PKCS#11'],
    ['CertificateFile /nowhere/cert', 'certificate'],
    ['KnownHostsCommand /bin/true', 'KnownHostsCommand'],
  ])('choose the system ssh for %s, on a jump host as well', async (line, why) => {
    writeFileSync(configFile, `Host h\n  ${line}\nHost far\n  ProxyJump h\n`)
    expect(chooseTransport(await resolve('h'))).toEqual({ kind: 'ssh', why: expect.stringContaining(why) })
    expect(chooseTransport(await resolve('far')).why).toContain('through h')
  })

  it('refuse a config that ssh refuses, in its words', async () => {
    writeFileSync(configFile, 'Nonsense yes\n')
    await expect(resolve('h')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('nonsense'),
    })
  })
})

describe('aliases', () => {
  it('are listed by pattern, through Include, without wildcards', () => {
    mkdirSync(join(folder, 'config.d'))
    writeFileSync(join(folder, 'config.d', 'a'), 'Host gpu-10 gpu-2\n')
    writeFileSync(
      configFile,
      'Include config.d/*\nInclude config\nHost gpu-1 login *.x !no\nMatch host gpu-9\n  User x\nHost *\n  User y\n',
    )
    expect(listAliases('gpu-*', configFile)).toEqual(['gpu-1', 'gpu-2', 'gpu-10'])
    expect(listAliases('*', configFile)).toEqual(['gpu-1', 'gpu-2', 'gpu-10', 'login'])
    expect(listAliases('*', join(folder, 'none'))).toEqual([])
  })
})

describe('the directory of hosts', () => {
  it('finds this machine, and saved ones by id, name and user@host', async () => {
    const hosts = new Hosts({ sshConfig: configFile })
    hosts.setRecords([{ id: 'h1', name: 'big', target: 'ann@gpu-a:22' }])
    for (const name of ['', ' ', 'local', 'LOCALHOST']) expect(hosts.get(name)).toBe(hosts.local)
    const big = hosts.get('h1')
    for (const name of ['big', 'ann@gpu-a', 'ann@gpu-a:22']) expect(hosts.get(name)).toBe(big)
    expect(hosts.find('bob@gpu-a')).toBe(null)
    writeFileSync(configFile, 'Host big\n  HostName 10.0.0.9\n  User ann\n')
    hosts.setRecords([
      { id: 'bad', name: 'bad', target: '-x' },
      { id: 'h2', name: 'other', target: 'big' },
      ...hosts.records,
    ])
    expect(await hosts.resolve('ann@10.0.0.9')).toBe(hosts.get('h2'))
    expect(await hosts.resolve('ann@10.0.0.8')).toBe(null)
    expect(() => hosts.get('nope')).toThrow('Saved are: local')
    hosts.setRecords([{ id: 'h1', name: 'big', target: 'ann@gpu-b' }])
    expect(hosts.get('h1')).not.toBe(big)
    hosts.close()
  })
})
