import { Newest } from '../store/newest.ts'
import type { Over } from './overlay.ts'
import { cutPaste, intoLine, intoLines } from './paste.ts'
import type { Shell } from './shell.ts'

/** The shell, as far as what lies over the panes has to know it. */
export function overOf(shell: Shell): Over {
  const warn = (words: string) => shell.toast('warn', words)
  return {
    field: stroke => shell.host.field(cutPaste(stroke, intoLine, warn)),
    lines: stroke => cutPaste(stroke, intoLines, warn),
    edit: (text, extension) => shell.edit(text, extension),
    unsaved: shell.unsaved,
    changed: shell.signal.atOnce,
    now: () => shell.host.now(),
    say: (words, level = 'bad') => shell.toast(level, words),
    run: (what, chosen) => void shell.act(what, async () => chosen()),
    close: overlay => shell.close(overlay),
    glyphs: shell.glyphs,
    typed: new Newest(100),
  }
}
