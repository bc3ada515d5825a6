import type { Command } from 'commander'
import type { Around } from './program.ts'

export const addService = (program: Command, around: Around, self: readonly string[]): void => {
  program
    .command('service')
    .description('Prints a systemd user unit that keeps the workspace up')
    .action(() => around.print(unit(self, process.env.ITHACA_HOME)))
}

const unit = (
  self: readonly string[],
  home: string | undefined,
): string => `# Put this into ~/.config/systemd/user/ithaca.service, then:
#   systemctl --user daemon-reload && systemctl --user enable --now ithaca
#   loginctl enable-linger    # keeps it up while nobody is logged in
[Unit]
Description=Ithaca, the control center for model servers
After=network-online.target

[Service]
ExecStart=${[...self, 'up'].map(quoted).join(' ')}
${home ? `Environment=${quoted(`ITHACA_HOME=${home}`)}\n` : ''}Restart=on-failure
RestartSec=5
KillSignal=SIGTERM
TimeoutStopSec=20

[Install]
WantedBy=default.target`

const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word)
    ? word.replaceAll('%', '%%')
    : `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('%', '%%')}"`
