import { spawn } from 'node:child_process'

const longest = 2000

/** Gives a text to the tmux around us, which then sets the clipboard of the terminal outside by itself; false where it does not. */
export function loadTmux(text: Buffer, env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise(resolve => {
    const child = spawn('tmux', ['load-buffer', '-w', '-'], {
      env,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: longest,
    })
    child.on('error', () => resolve(false))
    child.on('exit', code => resolve(code === 0))
    child.stdin.on('error', () => resolve(false))
    child.stdin.end(text)
  })
}
