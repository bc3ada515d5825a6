import { Problem } from '../../contract/problem.ts'
import { gpuIndexes, hfToken, modelId, platform, remoteHost, sshPort } from '../../cookbook/command/fields.ts'
import type { Machines, Place } from '../../cookbook/machines.ts'
import { givenOf } from './fields.ts'
import type { FieldDetail } from './invalid.ts'
import { payloadText } from './invalid.ts'

type Body = Readonly<Record<string, unknown>>

export interface ServeAsked {
  cmd: string
  repo_id: string
  host: string
  gpus?: string
  env_prefix?: string
  hf_token?: string
  session_id?: string
  name?: string
  restart?: string
}

/** The body of a launch, read and judged in the contract's order and words. */
export const serveAsked = (body: Body, machines: Machines): ServeAsked => {
  const wrong: FieldDetail[] = []
  const text = (names: readonly string[], required: boolean): string | undefined => {
    const name = givenOf(body, names) ?? names[0]!
    const value = body[name]
    if (typeof value === 'string') return value
    if (value === undefined || value === null) {
      if (required)
        wrong.push({ type: 'missing', loc: ['body', names[0]!], msg: 'Field required', input: null })
    } else if (name === 'ssh_port' && Number.isInteger(value)) return String(value)
    else
      wrong.push({
        type: 'string_type',
        loc: ['body', name],
        msg: 'Input should be a valid string',
        input: null,
      })
    return undefined
  }
  const repo = text(['repo_id', 'model'], true)
  const cmd = text(['cmd'], true)
  const remote = text(['remote_host', 'host'], false)
  const port = text(['ssh_port'], false)
  const gpus = text(['gpus'], false)
  const env = text(['env_prefix'], false)
  const system = text(['platform'], false)
  const token = text(['hf_token'], false)
  const session = text(['session_id'], false)
  const name = text(['name'], false)
  const restart = text(['restart'], false)
  if (wrong.length > 0 || repo === undefined || cmd === undefined)
    throw new Problem('bad_request', payloadText('serve', wrong))
  const place = placeFor(remote, machines, sshPort(port))
  gpuIndexes(gpus)
  hfToken(token)
  if (repo === '') modelId(repo, false)
  if (platform(system) === 'windows')
    throw new Problem('bad_request', 'Windows hosts are not supported: serving needs a POSIX shell and tmux.')
  return {
    cmd,
    repo_id: repo,
    host: place.id,
    ...(gpus ? { gpus } : {}),
    ...(env ? { env_prefix: env } : {}),
    ...(token ? { hf_token: token } : {}),
    ...(session ? { session_id: session } : {}),
    ...(name ? { name } : {}),
    ...(restart ? { restart } : {}),
  }
}

/** A saved host by its name or by what ssh is told. Nothing is sent to a machine nobody saved. */
export const placeFor = (text: string | undefined, machines: Machines, port: number | null = null): Place => {
  const wanted = text?.trim() ?? ''
  const place = saved(wanted, machines)
  if (!place) {
    remoteHost(wanted)
    const names = machines.all().map(one => one.name)
    throw new Problem(
      'bad_request',
      `There is no saved host '${wanted}'. Saved are: ${names.join(', ')}. The operator adds one with: ithaca hosts add ${wanted}`,
      { hosts: names },
    )
  }
  const own = place.settings.port
  if (port !== null && own !== null && port !== own)
    throw new Problem('bad_request', `Invalid ssh_port: ${place.name} is saved with port ${own}, not ${port}`)
  return place
}

const saved = (wanted: string, machines: Machines): Place | null => {
  try {
    return machines.at(wanted)
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_found') return null
    throw error
  }
}
