export type Level = 'quiet' | 'warning' | 'error' | null

export interface Line {
  /** The line as the log has it, without colours and the blanks around it. */
  text: string
  /** What the program said, without the prefixes that loggers and launchers put before it. */
  body: string
  level: Level
  /** Which of the interleaved processes wrote it; empty where the line does not say. */
  source: string
  /** Blanks before the body: a stack is written indented. */
  indent: number
}

const escapes = /\x1b\[[0-9;:?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]/g

export const withoutEscapes = (text: string): string =>
  text.includes('\x1b') ? text.replace(escapes, '') : text

const levels: Readonly<Record<string, Level>> = {
  debug: 'quiet',
  trace: 'quiet',
  info: 'quiet',
  d: 'quiet',
  i: 'quiet',
  warning: 'warning',
  warn: 'warning',
  w: 'warning',
  error: 'error',
  err: 'error',
  critical: 'error',
  fatal: 'error',
  e: 'error',
}

const level = '(?<level>DEBUG|TRACE|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)'
const time = String.raw`\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const digits = '0123456789'

interface Prefix {
  /** What it can begin with, so that most are ruled out at a glance. */
  first: string
  pattern: RegExp
}

/** Each takes one prefix off the front; they are tried again until none fits, because launchers nest. */
const prefixes: readonly Prefix[] = [
  // (EngineCore_DP0 pid=191), (Worker_TP1 pid=9), (RayWorkerWrapper pid=1, ip=10.0.0.1)
  {
    first: '(',
    pattern: /^\((?<source>[A-Za-z_][\w.:+-]*(?: rank=\d+)? ?(?:pid=\d+)(?:, ip=[\w.:]+)?)\)\s?/,
  },
  // [rank0]:, [default3]:, rank0:
  { first: '[', pattern: /^\[(?<source>(?:rank|default)\d+)\]:\s?/ },
  { first: 'r', pattern: /^(?<source>rank\d+):\s?/ },
  // [2025-01-17 01:51:55 TP0], [2025-01-17 01:51:55 DP1 TP3 EP0] and the same without ranks
  {
    first: '[',
    pattern: new RegExp(String.raw`^\[${time}(?<source>(?: [A-Z]{2,3}\d+)*)\]\s?(?:${level}\b:?\s?)?`),
  },
  // Apr  3 17:38:57 host program[140343]:
  {
    first: letters,
    pattern: /^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \S+ (?<source>[\w.@/-]+(?:\[\d+\])?):\s?/,
  },
  // Thu Jan 23 11:55:50 2025[1,1]<stderr>:
  {
    first: `${letters}[`,
    pattern:
      /^(?:[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})?(?<source>\[\d+,\d+\])<std(?:err|out)>:\s?/,
  },
  // ERROR 05-02 13:35:28 [core.py:1108], WARNING 07-16 22:59:22 _custom_ops.py:14]
  {
    first: letters,
    pattern: new RegExp(
      String.raw`^${level} \d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? (?:\[[^\]\s]{1,120}:\d+\]|[\w./]+:\d+\])\s?`,
    ),
  },
  // 2024-02-08 09:56:23 | ERROR | stderr |
  { first: digits, pattern: new RegExp(String.raw`^${time} \| ${level}\s* \| [\w.]+ \|\s?`) },
  // ERROR 2025-04-05T00:01:19.2Z, then the other way round with logger names
  { first: letters, pattern: new RegExp(String.raw`^${level}:?\s+${time}\s?`) },
  {
    first: digits,
    pattern: new RegExp(
      String.raw`^${time}\s+(?:- )?(?:[\w.]+ - )?\[?${level}(?! \d\d-\d\d )\]?\s*(?:[\w.:/-]+:\d*\]?\s*)?(?:-{1,2}\s)?\s?`,
    ),
  },
  { first: `${digits}[`, pattern: new RegExp(String.raw`^\[?${time}\]?(?: |\t)`) },
  // 0.00.065.436 E srv  start:
  { first: digits, pattern: /^\d+\.\d\d\.\d{3}\.\d{3} (?<level>[DIWE]) / },
  // llama-cpp-1  |, gpu-node01: 3:
  { first: 'abcdefghijklmnopqrstuvwxyz0123456789', pattern: /^(?<source>[a-z0-9][\w.-]{1,60})\s+\|\s/ },
  { first: digits, pattern: /^(?<source>\d{1,4}): (?=\S)/ },
  // stderr F, the log format of Kubernetes' container runtime
  { first: 's', pattern: /^std(?:err|out) [FP] / },
  { first: '[', pattern: /^\[(?<source>(?:pod|container)\/[^\]]+)\]\s/ },
  // ERROR:    , INFO: , Error -
  { first: letters, pattern: new RegExp(String.raw`^${level}:(?:[\w.]+:)?\s+`) },
  { first: '[', pattern: new RegExp(String.raw`^\[${level}\]:?\s+`) },
  // quotation marks of tickets and mails
  { first: '>`*', pattern: /^(?:>|`{1,3}|\*\*)\s?(?=\S)/ },
]

const structured = /\blevel=(?<level>DEBUG|INFO|WARN|ERROR)\b.*?\bmsg="(?<message>(?:[^"\\]|\\.)*)"/

export function readLine(raw: string): Line {
  const clean = withoutEscapes(raw)
  let body = clean.replace(/^\s+/, '')
  let found: Level = null
  const sources: string[] = []
  for (let taken = true; taken; ) {
    taken = false
    for (const prefix of prefixes) {
      if (!prefix.first.includes(body.charAt(0)) || body === '') continue
      const match = prefix.pattern.exec(body)
      if (match === null || match[0] === '') continue
      if (match.groups?.level) found = levels[match.groups.level.toLowerCase()] ?? found
      if (match.groups?.source) sources.push(match.groups.source.trim())
      body = body.slice(match[0].length)
      taken = true
    }
  }
  const fields = clean.includes('level=') ? structured.exec(clean) : null
  if (fields) found = levels[fields.groups!.level!.toLowerCase()] ?? found
  if (body.includes('Warning: ') && /^(?:\S+:\d+: )?\w*Warning: /.test(body)) found = 'warning'
  found ??= looseLevel(body)
  const trimmed = body.trimStart()
  return {
    text: withoutFence(clean.trim()),
    body: trimmed.trimEnd(),
    level: found,
    source: sources.filter(Boolean).join(' '),
    indent: body.length - trimmed.length,
  }
}

const withoutFence = (text: string): string => (text.endsWith('```') ? text.replace(/\s*`{3,}$/, '') : text)

/** A level word near the front, for loggers whose prefix is not known. */
function looseLevel(body: string): Level {
  const match = /(?:^|[\s[|(:])(DEBUG|INFO|WARN|WARNING)(?:$|[\s\]|):])/.exec(body.slice(0, 80))
  return match === null || /NCCL (?:WARN|INFO)/.test(body) ? null : levels[match[1]!.toLowerCase()]!
}

const frame = /^File "?.*"?, line \d+/
const code =
  /^(?:raise|return|if|elif|else|for|while|with|def|class|try|except|self\.|await|yield|import|from)\b|^@|^#|^\.\.\.<\d+ lines>/
const carets = /^[~^\s]+$/

export const isFrame = (body: string): boolean => frame.test(body)

/** Source code that a stack quotes: it may hold the words of an error without being one. */
export function isQuotedCode(line: Line, previous: Line | undefined): boolean {
  if (/^(?:from \S+ import |import \w)/.test(line.body)) return true
  if (code.test(line.body) && !/^(?:import|from)\b/.test(line.body))
    return !/^(?:try|for|with|if|return|else) \w+ing\b/.test(line.body)
  return previous !== undefined && isFrame(previous.body) && line.indent > 0
}

export const isCarets = (body: string): boolean => carets.test(body)

const exception =
  /^(?<type>(?:[a-zA-Z_][\w]*\.)*(?:[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Killed|Timeout|Refused|Expired|NotFound|Enabled|OutOfResources|Died|Failure|Fault)|OutOfResources|EngineDeadError|StopIteration|Empty))(?:\[[\w.]+\])?(?:: ?(?<message>.*))?$/s

/** `torch.OutOfMemoryError: CUDA out of memory. …` as its type and message. */
export function readException(body: string): { type: string; message: string } | null {
  const match = exception.exec(body)
  if (match === null) return null
  return { type: match.groups!.type!, message: (match.groups!.message ?? '').trim() }
}
