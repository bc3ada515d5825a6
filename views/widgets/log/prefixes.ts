/** What engines and their loggers put in front of what they say, and what of it is kept. */
const prefixes: readonly (readonly [prefix: RegExp, kept: string])[] = [
  // vLLM and Ray: (EngineCore_DP0 pid=22581); what follows keeps its indentation.
  [/^\((?:[A-Za-z][\w.]* )?pid=\d+(?:, ip=[\d.]+)?\) ?/, ''],
  // vLLM: INFO 11-20 13:31:12 [gpu_worker.py:298]
  [/^(?:INFO|DEBUG) \d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)? (?:\[[\w./-]+:\d+\] )?/, ''],
  [/^(WARNING|ERROR|CRITICAL) \d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)? (?:\[[\w./-]+:\d+\] )?/, '$1 '],
  // SGLang: [2025-11-20 13:31:12 TP0]
  [/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:[.,]\d+)?(?: [A-Z]+\d+)*\] /, ''],
  // Ollama: time=… level=INFO source=sched.go:12 msg=
  [/^time=\S+ level=(?:INFO|DEBUG) (?:source=\S+ )?msg=/, ''],
  [/^time=\S+ level=(\w+) (?:source=\S+ )?msg=/, '$1 '],
  // llama.cpp with its times: 0.00.035.060 I
  [/^\d+\.\d\d\.\d{3}\.\d{3} [IDC] /, ''],
  [/^\d+\.\d\d\.\d{3}\.\d{3} (?=[WE] )/, ''],
  // uvicorn
  [/^INFO: {1,8}/, ''],
  // Loggers of any program: 2025-11-20T13:31:12.123Z, 2025-11-20 13:31:12,123 - name - INFO -
  [
    /^\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?: - [\w.]+ - (?:INFO|DEBUG) -)? /,
    '',
  ],
]

const colours = /^(?:\x1b\[[\d;:]*m)*/
/** One space after a prefix belongs to it, before or behind the end of its colour. */
const gap = /^((?:\x1b\[[\d;:]*m)*) /

/** What a line says, without who said it and when; its colours stay. A line that is nothing else is left as it is. */
export function messageOf(line: string): string {
  let lead = ''
  let rest = line
  for (;;) {
    const [tint] = colours.exec(rest)!
    const said = rest.slice(tint.length)
    const found = prefixes.find(([prefix]) => prefix.test(said))
    if (!found) break
    lead += tint
    const [prefix, kept] = found
    rest = said.replace(prefix, kept)
    if (kept !== '') break
    if (!/ $/.test(prefix.exec(said)![0])) rest = rest.replace(gap, '$1')
  }
  return rest.replace(/\x1b\[[\d;:]*m/g, '').trim() === '' ? line : lead + rest
}
