import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { findPaths } from './workspace/paths.ts'

/** Keeps what V8 makes of these files, so that the next start has it. Where there is no cache yet, only a screen makes one. */
export const keepCompiled = (makes: boolean): void => {
  const { cache } = findPaths()
  if (makes || existsSync(cache)) enableCompileCache(join(cache, 'compiled'))
}
