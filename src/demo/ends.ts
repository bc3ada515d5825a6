import { spawnSync } from 'node:child_process'
import { GpuState } from './engine/gpus.ts'

export const tmuxRuns = (socket: string): boolean =>
  spawnSync('tmux', ['-S', socket, 'list-sessions'], { stdio: 'ignore' }).status === 0

/** Whatever still holds a pretended GPU, and the tmux server of the demo. */
export const endProcesses = async (gpus: string, socket: string): Promise<void> => {
  for (const { pid } of new GpuState(gpus).claims())
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended between the look and the signal.
    }
  spawnSync('tmux', ['-S', socket, 'kill-server'], { stdio: 'ignore' })
}
