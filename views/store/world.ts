import { type Approval, access } from '../../src/contract/access.ts'
import { cookbook } from '../../src/contract/cookbook.ts'
import { type Host, hosts } from '../../src/contract/hosts.ts'
import type { Serve } from '../../src/contract/serve.ts'
import { type Status, workspace } from '../../src/contract/workspace.ts'
import type { Answer, Collection } from './collection.ts'
import type { Live } from './live.ts'

/** What more than one pane and the status line look at. */
export interface World {
  status: Answer<Status>
  hosts: Collection<Host>
  serves: Collection<Serve>
  approvals: Collection<Approval>
}

const idOf = ({ id }: { id: string }) => id

export function openWorld(live: Live): World {
  const { client } = live
  const world: World = {
    status: live.answer(['todo', 'event', 'approval', 'workspace'], () => client.call(workspace.status, {})),
    hosts: live.collection<Host>({
      noun: 'host',
      idOf,
      read: async () => (await client.call(hosts.list, {})).items,
      from: whole(data => 'reach' in data),
    }),
    serves: live.collection<Serve>({
      noun: 'serve',
      idOf,
      read: async () => (await client.call(cookbook.tasks, { latest: true })).items,
      from: whole(data => 'lineage' in data),
    }),
    approvals: live.collection<Approval>({
      noun: 'approval',
      idOf,
      read: async () => {
        const items: Approval[] = []
        let cursor: string | undefined
        do {
          const more = cursor === undefined ? {} : { cursor }
          const page = await client.call(access.approvals, { state: 'pending', limit: 200, ...more })
          items.push(...page.items)
          cursor = page.next ?? undefined
        } while (cursor !== undefined)
        return items
      },
      keeps: ({ state }) => state === 'pending',
      from: whole(data => 'state' in data && 'reason' in data),
    }),
  }
  // How hosts are reached and what their GPUs do is measured, not written: no event tells of it.
  live.poll(world.hosts, 5000)
  return world
}

/** An event's data where it carries the whole thing. */
export const whole =
  (isWhole: (data: object) => boolean) =>
  (data: unknown): never | undefined =>
    data !== null && typeof data === 'object' && isWhole(data) ? (data as never) : undefined
