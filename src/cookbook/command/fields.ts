import { Problem } from '../../contract/problem.ts'
import type { Environment } from '../../sessions/environment.ts'
import { type Word, word } from '../../sessions/word.ts'
import { isPackageSpec } from './pip.ts'

/** The fields beside a launch command, judged as the contract says, in its words. */

const bad = (message: string): Problem => new Problem('bad_request', message)

const HOST_PART = '[A-Za-z0-9][A-Za-z0-9._-]*'
const REMOTE = new RegExp(`^(?:${HOST_PART}@)?${HOST_PART}$`)
const OURSELVES = new Set(['', 'local', 'localhost'])

/** Null means this machine. */
export function remoteHost(text: string | null | undefined): string | null {
  if (text === null || text === undefined || OURSELVES.has(text)) return null
  if (text.length > 255 || !REMOTE.test(text)) {
    throw bad('Invalid remote_host — must be host or user@host, no SSH option syntax')
  }
  return text
}

export function sshPort(text: string | null | undefined): number | null {
  if (text === null || text === undefined || text === '') return null
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (port < 1 || port > 65_535) throw bad('Invalid ssh_port')
  return port
}

export function gpuIndexes(text: string | null | undefined): number[] | null {
  if (text === null || text === undefined || text === '') return null
  if (!/^\d{1,4}(?:,\d{1,4}){0,63}$/.test(text)) {
    throw bad('Invalid gpus — expected comma-separated GPU indexes')
  }
  return text.split(',').map(Number)
}

export function hfToken(text: string | null | undefined): string | null {
  if (text === null || text === undefined || text === '') return null
  if (text.length > 512 || !/^[A-Za-z0-9._~+/=-]+$/.test(text)) throw bad('Invalid token characters')
  return text
}

const NAMED = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,200}$/
const ABSOLUTE = /^\/[^\x00-\x1f\x7f'"\\;&|`$<>]{1,1000}$/

/** An organisation and a name, a cached folder, an Ollama tag, or the absolute path of a model on the host. */
export function modelId(text: string | null | undefined, install: boolean): string {
  if (text === null || text === undefined || text === '') throw bad('repo_id is required')
  if (install) {
    if (!isPackageSpec(text)) throw bad('Invalid pip package name')
    return text
  }
  const climbs = text.split('/').includes('..')
  if (climbs || !(text.startsWith('/') ? ABSOLUTE : NAMED).test(text)) {
    throw bad(
      'Invalid repo_id — must be <org>/<name>, an Ollama name:tag, a cached local model id, or an absolute path',
    )
  }
  return text
}

const PLATFORMS = ['linux', 'termux', 'darwin', 'macos', 'windows']

/** Free text in the contract; what we know decides, what we do not is a Linux. */
export const platform = (text: string | null | undefined): string =>
  PLATFORMS.find(name => name === text?.toLowerCase()) ?? 'linux'

const ARGUMENT = String.raw`(?:'([^'\r\n]+)'|"([^"\r\n\\]+)"|([^\s'"]+))`
const SOURCE = new RegExp(String.raw`^(?:source|\.)[ \t]+${ARGUMENT}$`)
const CONDA_HOOK = String.raw`(?:eval[ \t]+"\$\([\w./~-]*conda[ \t]+shell\.(?:bash|posix|zsh)[ \t]+hook\)"[ \t]*(?:&&|;)[ \t]*)?`
const CONDA = new RegExp(String.raw`^${CONDA_HOOK}conda[ \t]+activate[ \t]+${ARGUMENT}$`)
const POWERSHELL = new RegExp(String.raw`^&[ \t]+${ARGUMENT}$`)
const UNSAFE = /[\r\n;&|`$<>\x00-\x1f]/

/** One of three ways to enter an environment, as data; null where none is asked for. */
export function environmentPrefix(text: string | null | undefined): Environment | null {
  const line = (text ?? '').trim()
  if (line === '') return null
  const source = argumentOf(SOURCE, line)
  if (source !== null) return { kind: 'source', path: homePath(source) }
  const conda = argumentOf(CONDA, line)
  if (conda !== null) return { kind: 'conda', name: homePath(conda) }
  if (argumentOf(POWERSHELL, line) !== null) {
    throw bad('Invalid env_prefix — PowerShell environments need a Windows host, which is not supported')
  }
  throw bad('Invalid env_prefix')
}

function argumentOf(shape: RegExp, line: string): string | null {
  const found = shape.exec(line)
  const text = found?.[1] ?? found?.[2] ?? found?.[3]
  return text === undefined || UNSAFE.test(text) || text.startsWith('-') ? null : text
}

const homePath = (text: string): Word =>
  text === '~' || text.startsWith('~/') ? [{ kind: 'home' }, ...word(text.slice(1))] : word(text)
