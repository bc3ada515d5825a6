/** What the end of an engine's log says it is doing. */
export interface Phase {
  phase: string
  percent: number | null
  /** The engine itself says that it serves. Its health answer still decides. */
  says_ready: boolean
}

interface Step {
  pattern: RegExp
  phase: (found: RegExpMatchArray) => string
  percent?: (found: RegExpMatchArray) => number
  ready?: true
}

const percentOf = (found: RegExpMatchArray): number => Math.min(100, Math.round(Number(found[1])))

/** Later stages stand first: the newest line that fits any of them wins. */
const STEPS: Step[] = [
  {
    pattern:
      /Application startup complete|server is fired up and ready to roll|server is listening on \S+ - starting the main loop|all slots are idle|llama runner started in|Connected\b.*router|Starting httpd at|msg="Listening on/i,
    phase: () => 'up',
    ready: true,
  },
  {
    pattern: /(?:Capturing CUDA graphs?|Capturing batches|Capture cuda graph)[^\n]*?(\d{1,3})%/i,
    phase: () => 'capturing graphs',
    percent: percentOf,
  },
  {
    pattern: /Capturing CUDA graph|Capture cuda graph begin|Capturing the model/i,
    phase: () => 'capturing graphs',
  },
  { pattern: /torch\.compile takes|Dynamo bytecode transform|Compiling a graph/i, phase: () => 'compiling' },
  {
    pattern:
      /GPU KV cache size|KV Cache is allocated|Available KV cache memory|Memory pool end|KV buffer size/i,
    phase: () => 'making the KV cache',
  },
  { pattern: /warming up|warm-?up/i, phase: () => 'warming up' },
  {
    pattern: /Loading weights took|Model loading took|Load weight end|main: model loaded/i,
    phase: () => 'loaded',
  },
  {
    pattern:
      /Loading (?:safetensors|pt|checkpoint|pipeline)[^\n]*?(\d{1,3})%(?: Completed)?(?:[^\n]*?(\d+)\/(\d+))?/i,
    phase: found => (found[3] ? `weights ${found[2]}/${found[3]}` : 'weights'),
    percent: percentOf,
  },
  { pattern: /Multi-thread loading shards:?\s*(\d{1,3})%/i, phase: () => 'weights', percent: percentOf },
  {
    pattern: /load_tensors|loading model|Load weight begin|Starting to load model|offloaded \d+\/\d+ layers/i,
    phase: () => 'weights',
  },
  {
    pattern: /(?:Downloading|Fetching|pulling)[^\n]*?(\d{1,3})%/i,
    phase: () => 'downloading',
    percent: percentOf,
  },
  {
    pattern: /(?:Collecting|Downloading|Building wheel|Installing collected packages)/,
    phase: found => found[0].toLowerCase(),
  },
  {
    pattern:
      /Init torch distributed|Initializing a V\d|Resolved architecture|vLLM API server version|server_args=/i,
    phase: () => 'starting',
  },
]

/** The newest line of the tail that any stage recognises. Bars are written over themselves with carriage returns. */
export const phaseOf = (tail: string): Phase | null => {
  const lines = tail.split(/[\r\n]+/)
  for (let at = lines.length - 1; at >= 0; at--) {
    const line = lines[at]!
    if (line.length === 0) continue
    for (const step of STEPS) {
      const found = line.match(step.pattern)
      if (found)
        return {
          phase: step.phase(found),
          percent: step.percent?.(found) ?? null,
          says_ready: step.ready ?? false,
        }
    }
  }
  return null
}
