import type { Depth } from './style.ts'

export interface Capabilities {
  /** `screen`: the compositor paints. `reader`: Ink's own linear text for a screen reader. `lines`: no cursor movement at all. */
  view: 'screen' | 'reader' | 'lines'
  depth: Depth
  unicode: boolean
  /** What copying has to be wrapped in to reach the terminal outside. */
  multiplexer: 'tmux' | 'screen' | null
  /** Reached over SSH: fewer bytes, more patience for split key sequences. */
  remote: boolean
}

type Env = Readonly<Record<string, string | undefined>>

/** What the terminal can do, from its environment alone: no question is asked that a slow line would answer late. */
export function capabilities(env: Env, tty: { input: boolean; output: boolean }): Capabilities {
  return {
    view: viewFor(env, tty),
    depth: depthFor(env),
    unicode: isUnicode(env),
    multiplexer: env.TMUX ? 'tmux' : env.STY ? 'screen' : null,
    remote: Boolean(env.SSH_CONNECTION || env.SSH_TTY || env.SSH_CLIENT),
  }
}

function viewFor(env: Env, tty: { input: boolean; output: boolean }): Capabilities['view'] {
  if (!tty.input || !tty.output || !env.TERM || env.TERM === 'dumb') return 'lines'
  return env.INK_SCREEN_READER === 'true' ? 'reader' : 'screen'
}

function depthFor(env: Env): Depth {
  const term = env.TERM ?? ''
  if (env.NO_COLOR || term === '' || term === 'dumb' || /^vt\d/.test(term)) return 'mono'
  if (/^(truecolor|24bit)$/i.test(env.COLORTERM ?? '') || /-(direct|truecolor)$/.test(term)) return 'true'
  if (/^(xterm-kitty|xterm-ghostty|wezterm|alacritty|foot)/.test(term)) return 'true'
  return /256/.test(term) ? '256' : '16'
}

function isUnicode(env: Env): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  if (!locale) return process.platform === 'darwin'
  return /utf-?8/i.test(locale)
}
