import { spawn } from 'node:child_process'
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Opens files with whatever the person's desktop, or the config, has for it. */
export interface Opener {
  /** Null where there is nothing that opens files. */
  readonly command: string | null
  /** `save` puts the file into a folder of its own, which goes when the program ends. */
  open(save: (folder: string) => Promise<string>): Promise<string>
  /** Takes the folders away. */
  close(): void
}

export function openerOf(configured: string | undefined, env: NodeJS.ProcessEnv, platform: string): Opener {
  const command = configured || known(env, platform)
  const folders: string[] = []
  const close = (): void => {
    process.off('exit', close)
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  }
  return {
    command,
    close,
    async open(save) {
      if (command === null) throw new Error('Nothing here opens files.')
      const folder = mkdtempSync(join(tmpdir(), 'ithaca-open-'))
      if (folders.push(folder) === 1) process.on('exit', close)
      const file = await save(folder)
      await started(command, file)
      return file
    },
  }
}

function known(env: NodeJS.ProcessEnv, platform: string): string | null {
  if (platform === 'darwin') return 'open'
  const desktop = env.DISPLAY || env.WAYLAND_DISPLAY
  return desktop && inPath('xdg-open', env) ? 'xdg-open' : null
}

function inPath(name: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? '').split(delimiter).some(folder => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** It goes on by itself; only that it could not start is said. */
function started(command: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('/bin/sh', ['-c', `${command} "$1"`, 'sh', file], { stdio: 'ignore', detached: true })
    child.once('error', reject)
    child.once('exit', code => (code === 127 ? reject(new Error(`'${command}' was not found.`)) : resolve()))
    child.once('spawn', () => setTimeout(resolve, 300).unref())
    child.unref()
  })
}
