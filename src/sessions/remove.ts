import type { Host } from '../hosts/host.ts'
import { quote as shellText } from '../hosts/quote.ts'
import { SESSION_ID } from './session.ts'
import { ENDED, LOCK, type Site, siteScript } from './shell.ts'
import { exactly } from './tmux.ts'

/** Removes the files of ended sessions and answers with the ids that are gone. One that runs is left alone, whoever asks. */
export async function remove(host: Host, site: Site, ids: readonly string[]): Promise<string[]> {
  const wrong = ids.find(id => !SESSION_ID.test(id))
  if (wrong !== undefined) throw new TypeError(`'${wrong}' cannot name a session.`)
  if (ids.length === 0) return []
  const each = ids.map(id => `ithaca_remove ${id} ${shellText(exactly(id))}`).join('\n')
  const answer = await host.ask(
    `(
${siteScript(site)}${LOCK}${ENDED}
ithaca_remove() {
  if [ -d "$ithaca_root/$1" ]; then
    ithaca_ended "$ithaca_root/$1" || return
    ithaca_tmux kill-session -t "$2" 2>/dev/null
    mv "$ithaca_root/$1" "$ithaca_root/.gone-$1" && rm -rf "$ithaca_root/.gone-$1" || return
  fi
  echo "gone $1"
}
[ -d "$ithaca_root" ] || exit 0
ithaca_lock || exit 1
${each}
)`,
    { lane: 'slow', deadline: 60_000 },
  )
  return [...answer.stdout.toString().matchAll(/^gone (\S+)$/gm)].map(([, id]) => id!)
}

/** How much disk the files of each session take up. */
export async function sizes(host: Host, site: Site): Promise<Map<string, number>> {
  const script = `${siteScript(site)}\ncd "$ithaca_root" 2>/dev/null && du -sk -- */ 2>/dev/null`
  const answer = await host.ask(script, { lane: 'slow', deadline: 30_000 })
  const found = answer.stdout.toString().matchAll(/^(\d+)\s+([\w-]+)\/$/gm)
  return new Map([...found].map(([, kilobytes, id]) => [id!, Number(kilobytes) * 1024]))
}
