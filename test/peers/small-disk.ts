import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = process.getuid?.() === 0

/** A file system of its own, which only root may make; without it a way that works for everyone else. */
export const smallDisk = (place: string, size: string): (() => void) | undefined => {
  if (!root) return undefined
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', place])
  if (done.status !== 0) return undefined
  return () => {
    spawnSync('umount', ['-l', place])
  }
}

const canMount = (): boolean => {
  if (!root) return false
  const place = mkdtempSync(join(tmpdir(), 'ithaca-mount-'))
  const done = spawnSync('mount', ['-t', 'tmpfs', 'tmpfs', place])
  if (done.status === 0) spawnSync('umount', [place])
  rmSync(place, { recursive: true, force: true })
  return done.status === 0
}

/** Root writes into read-only directories, so as root that needs a file system of its own. */
export const diskCanFail = (): boolean => !root || canMount()
