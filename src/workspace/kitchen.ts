import { hostname, userInfo } from 'node:os'
import type { Changes } from '../../store/changes.ts'
import type { Store } from '../../store/database.ts'
import { openHosts } from '../../store/hosts.ts'
import { openModels } from '../../store/models.ts'
import { openPresets } from '../../store/presets.ts'
import { openServes } from '../../store/serves.ts'
import { type Cookbook, openCookbook } from '../cookbook/cookbook.ts'
import type { Notify } from '../notify/notify.ts'
import type { Config } from './config.ts'
import type { Paths } from './paths.ts'
import { openSeal } from './seal.ts'

/** The Cookbook as this workspace's config sets it up. */
export const kitchen = (deps: {
  store: Store
  changes: Changes
  paths: Paths
  config: Config
  now: () => number
  notify: Notify
  report: (error: unknown) => void
}): Cookbook => {
  const { store, changes, paths, config, now, notify, report } = deps
  return openCookbook({
    stores: {
      hosts: openHosts(store),
      serves: openServes(store),
      presets: openPresets(store),
      models: openModels(store),
    },
    changes,
    now,
    operator: config.owner.name ?? `${userInfo().username}@${hostname()}`,
    seal: openSeal(paths.sealKey),
    ssh: { sshConfig: config.hosts.ssh_config ?? null, knownHosts: config.hosts.known_hosts ?? null },
    localSocket: paths.tmuxSocket,
    localState: paths.state,
    policy: () => ({ modules: config.cookbook.modules, scriptFolders: config.cookbook.script_dirs }),
    keep: () => ({ days: config.cookbook.log_days, bytes: config.cookbook.log_bytes }),
    bell: notify,
    report,
  })
}
