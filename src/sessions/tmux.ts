/**
 * Our own server's settings. The prefix is one that neither a shell nor an editor needs, the status line says how to
 * leave, and a small terminal does not shrink the pane for others.
 */
export const TMUX_CONFIG = `set -g prefix C-]
unbind C-b
bind C-] send-prefix
bind d detach-client
set -g history-limit 50000
set -g remain-on-exit off
set -g window-size largest
set -g status-left ' #{session_name} '
set -g status-left-length 80
set -g status-right ' leave: C-] d '
set -g escape-time 10
set -g mouse off
set -g set-titles off
set -g allow-rename off
set -s exit-empty on
`

/** \`=\` and the colon: without them tmux also takes a name that only begins so. */
export const exactly = (session: string): string => `=${session}:`
