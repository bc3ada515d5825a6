import { type Invocation, literal, quoteWord, type Word } from '../../sessions/word.ts'
import { canonical, type Flag, flagNumber, flagWord } from './flags.ts'
import { portFlagOf, type Serving, servingOf, setVariable, whatRuns } from './serving.ts'

/** What a command leaves open of what a fence is about: a fence is not passed on a guess. */
export interface Doubts {
  /** Why the port it will listen on cannot be told; null where it can. */
  port: string | null
  /** Why it may use other GPUs than it says. */
  gpus: string | null
  /** Ports it opens beside the one it serves at. */
  beside: number[]
}

/** Options and variables by which engines reach GPUs that their own visibility does not bound. */
const ELSEWHERE = ['--rpc', '--ray-address', '--node-rank', '--nnodes', '--use-ray']
const ELSEWHERE_VARIABLE =
  /^(?:RAY_|(?:LLAMA_ARG_RPC|GGML_VK_VISIBLE_DEVICES|ZE_AFFINITY_MASK|ONEAPI_DEVICE_SELECTOR)$)/
const PORT_VARIABLE = /(?:^|_)PORT$|^OLLAMA_HOST$/

export function doubtsOf(invocation: Invocation): Doubts {
  const { args } = whatRuns(invocation.argv)
  const serving = servingOf(invocation)
  const flag = portFlagOf(serving.engine)
  const own: Doubts = {
    port: openEnded(args) ?? abbreviated(args, flag) ?? unsaid(invocation, serving, args, flag),
    gpus: openEnded(args) ?? otherGpus(invocation, args),
    beside: besides(invocation, args, flag),
  }
  if (!invocation.otherwise) return own
  const other = doubtsOf(invocation.otherwise)
  const port = servingOf(invocation.otherwise).port
  return {
    port: own.port ?? other.port,
    gpus: own.gpus ?? other.gpus,
    beside: [...own.beside, ...other.beside, ...(port === null ? [] : [port])],
  }
}

const shown = (argument: Word): string => literal(argument) ?? quoteWord(argument)
const optionOf = (argument: Word): string => {
  const first = argument[0]
  const text = first?.kind === 'text' ? first.text : ''
  return text.startsWith('-') ? canonical(text.split('=', 1)[0]!) : ''
}

/** A word that only the host completes may turn out to be any option. */
function openEnded(args: readonly Word[]): string | null {
  const open = args.find(argument => {
    const [first, ...rest] = argument
    // A command may not set HOME itself.
    if (first?.kind === 'variable') return first.name !== 'HOME'
    return (
      first?.kind === 'text' && first.text.startsWith('-') && rest.length > 0 && !first.text.includes('=')
    )
  })
  return open ? `what ${shown(open)} is, only the host knows` : null
}

/** Engines in Python take any beginning of an option for it, and others a value that is written onto a letter. */
function abbreviated(args: readonly Word[], flag: Flag): string | null {
  const names = typeof flag === 'string' ? [flag] : flag
  const short = args.find(argument => {
    const option = optionOf(argument)
    return names.some(name =>
      name.startsWith('--')
        ? option.length > 2 && option !== name && name.startsWith(option)
        : option !== name && /^-[^-]/.test(option) && option.startsWith(name),
    )
  })
  return short ? `${shown(short)} may be short for ${names[0]}: write it out` : null
}

function unsaid(invocation: Invocation, serving: Serving, args: readonly Word[], flag: Flag): string | null {
  const given = flagWord(args, flag)
  if (given && flagNumber(args, flag) === null) return `${shown(given)} is no number: write the port itself`
  const odd = invocation.assignments.find(
    ({ name, value }) => PORT_VARIABLE.test(name) && portIn(name, literal(value)) === null,
  )
  if (odd) return `${odd.name}=${shown(odd.value)} does not say a port: write it out`
  if (serving.portGiven) return null
  const file = settingsFile(args)
  if (file) return `${shown(file)} names a file that may set it: write --port beside it`
  return serving.engine === 'tabbyapi' ? 'its own file sets it: write --port' : null
}

const settingsFile = (args: readonly Word[]): Word | undefined =>
  args.find(argument => /^--co(?:n(?:f(?:i(?:g(?:-file)?)?)?)?)?$/.test(optionOf(argument)))

function otherGpus(invocation: Invocation, args: readonly Word[]): string | null {
  const variable = invocation.assignments.find(({ name }) => ELSEWHERE_VARIABLE.test(name))
  if (variable) return `${variable.name} reaches GPUs elsewhere`
  if ((setVariable(invocation, 'CUDA_DEVICE_ORDER') ?? 'PCI_BUS_ID') !== 'PCI_BUS_ID')
    return 'CUDA_DEVICE_ORDER gives the numbers another meaning'
  const far = args.find(argument => {
    const option = optionOf(argument)
    // Any beginning of it, too: engines in Python take that for it.
    const named = option.length > 3 && ELSEWHERE.some(name => name.startsWith(option))
    return named || /^(?:--[\w-]+=)?["']?ray["']?$/.test(shown(argument))
  })
  if (far) return `${shown(far)} reaches GPUs elsewhere`
  const file = settingsFile(args)
  return file ? `${shown(file)} names a file that may reach GPUs elsewhere` : null
}

/** The ports that other options and variables open. */
function besides(invocation: Invocation, args: readonly Word[], flag: Flag): number[] {
  const names = new Set(typeof flag === 'string' ? [flag] : flag)
  const others = [...new Set(args.map(optionOf))].filter(
    option => /^--[\w.-]*port$/.test(option) && !names.has(option),
  )
  const flagged = others.map(option => flagNumber(args, option) ?? Number.NaN)
  const inside = args.flatMap(argument =>
    [...shown(argument).matchAll(/port\\?"\s*:\s*\\?"?(\d+)/g)].map(([, port]) => Number(port)),
  )
  const joined = flagWord(args, '--dist-init-addr')
  const met = joined ? [portIn('', literal(joined)) ?? Number.NaN] : []
  const listed = invocation.assignments.map(({ name, value }) => {
    return PORT_VARIABLE.test(name) ? portIn(name, literal(value)) : null
  })
  return [...flagged, ...inside, ...met, ...listed.filter(port => port !== null)]
}

/** The port a variable names: itself, or at the end of an address. */
function portIn(name: string, text: string | null): number | null {
  if (text === null) return null
  if (name === 'OLLAMA_HOST' && !/:\d+\/?$/.test(text)) return /^[\w.-]*$/.test(text) ? 11434 : null
  const found = /(?:^|:)(\d{1,5})\/?$/.exec(text)?.[1]
  return found === undefined ? null : Number(found)
}
