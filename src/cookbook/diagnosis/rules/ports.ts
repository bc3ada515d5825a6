import type { Rule } from '../types.ts'

export const ports: readonly Rule[] = [
  {
    id: 'port-taken',
    cause: 'port_in_use',
    strength: 'exact',
    fatal: true,
    match: [
      /error while attempting to bind on address \('?(?<host>[^',]*)'?, (?<port>\d+)[^)]*\): (?:\[\w+ \d+\] )?(?:address already in use|only one usage|\[Errno \d+\] )/i,
      /couldn't bind (?:HTTP server|to server) socket,? (?:hostname: ?(?<host>[^,\s]+),? )?port: ?(?<port>\d+)/,
      /listen tcp4? \[?(?<host>[^\s\]]*?)\]?:(?<port>\d+): bind: (?:address already in use|Only one usage)/,
      /[Pp]ort (?<port>\d+) (?:is )?(?:already (?:in use|used|allocated|serving|taken|occupied)|is not available|is occupied|is in use)/,
      /port is already allocated/,
      /(?:bind|listen)\w*.{0,80}:(?<port>\d{2,5})\b.{0,60}(?:address already in use|EADDRINUSE)/i,
      /[Aa]ddress already in use.{0,60}?\(?(?:port|:) ?(?<port>\d{2,5})/,
      /bind\(\): .*[Aa]ddress already in use|\[Errno (?:98|48)\] [Aa]ddress already in use/,
      /OSError: \[Errno (?:98|48)\]/,
      /[Aa]ddress (?:already )?in use/,
      /EADDRINUSE/,
      /Only one usage of each socket address/,
      /The server socket has failed to (?:listen on|bind)/,
      /Cannot find an? (?:available|free) port/i,
    ],
    unless: /trying (?:another|next) port|will use port/i,
    meaning: 'Another program already listens on the port[ {port}].',
    derive: ({ values, argv }) => ({ port: values.port ?? portIn(argv) }),
    fixes: [
      { title: 'Use another port', do: [{ set: 'port', to: '{nextPort}' }] },
      { title: 'Stop what listens on port {port}', do: [{ freePort: '{port}' }] },
      { title: 'See what listens', do: [{ run: 'ss -ltnp' }] },
    ],
  },
  {
    id: 'address-not-ours',
    cause: 'address_not_available',
    strength: 'exact',
    fatal: true,
    match: [
      /(?:Errno 99|EADDRNOTAVAIL|[Cc]annot assign requested address)/,
      /error while attempting to bind on address \('(?<host>[^']*)', \d+\): (?:cannot assign|could not)/i,
      /listen tcp .*: bind: cannot assign requested address/,
    ],
    unless: /connect(?:ion|ing)?\b.*refused/i,
    meaning: 'The address to listen on does not belong to this machine.',
    fixes: [
      {
        title: 'Listen on loopback',
        do: [{ flag: '--host', to: '127.0.0.1' }],
        engines: ['vllm', 'sglang', 'llama.cpp', 'tgi', 'mlx'],
      },
      { title: 'Listen on loopback', do: [{ env: 'OLLAMA_HOST', to: '127.0.0.1' }], engines: ['ollama'] },
    ],
  },
  {
    id: 'port-forbidden',
    cause: 'permission_denied',
    strength: 'exact',
    fatal: true,
    match: [
      /(?:bind|listen)\w*.{0,100}[Pp]ermission denied/,
      /\[Errno 13\] error while attempting to bind/,
      /error while attempting to bind on address .*permission denied/i,
    ],
    meaning: 'Ports below 1024 need root.',
    fixes: [{ title: 'Use a port above 1024', do: [{ set: 'port', to: '8000' }] }],
  },
]

function portIn(argv: readonly string[]): string | undefined {
  const at = argv.findIndex(word => /^--port(?:=|$)/.test(word))
  if (at < 0) return undefined
  return argv[at]!.includes('=') ? argv[at]!.split('=')[1] : argv[at + 1]
}
