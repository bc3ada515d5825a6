import type { EventLink } from '../../../store/calendar-remote.ts'
import { Problem } from '../../contract/problem.ts'
import { placeOf } from '../dav/answers.ts'
import type { Answer } from '../dav/dav.ts'
import type { Kept } from '../entries.ts'
import { patchIcs } from '../ics-patch.ts'
import { writeIcs } from '../ics-write.ts'
import { takeGone, takeReceived } from './receive.ts'
import { ACTOR, conflicting, type Place, type SyncDeps, type Synced, settled, UNSENT } from './sync.ts'

/** Tells a server what was changed here; true: it has to be asked for everything, to find what it says it has. */
export const send = async (deps: SyncDeps, place: Place, synced: Synced): Promise<boolean> => {
  let everything = false
  for (const { id } of deps.remote.waiting(place.calendar.id)) {
    if (deps.ending()) break
    const link = deps.remote.link(id)
    if (!link || link.state === 'same' || link.conflict) continue
    if (link.sending !== null && (await foundAgain(deps, place, link, synced))) continue
    const now = deps.remote.link(id)
    if (!now || now.state === 'same' || now.conflict) continue
    if (now.state === 'gone') await remove(deps, place, now, synced)
    else everything = (await put(deps, place, now, synced)) || everything
  }
  return everything
}

/**
 * An answer never came: the program ended, or the connection did. What the server has now says whether it heard; true:
 * nothing is left to send.
 */
const foundAgain = async (
  deps: SyncDeps,
  place: Place,
  link: EventLink,
  synced: Synced,
): Promise<boolean> => {
  const [there] = await lookAt(deps, place, link.href!)
  if (!there) {
    // Never arrived, or deleted since: a new one is sent, and one that was known is gone.
    if (link.etag !== null && link.state === 'changed') takeGone(deps, link, synced)
    else if (link.state === 'gone') deps.changes.write(ACTOR, tx => deps.remote.removeLink(tx, link.id))
    return link.state === 'gone' || link.etag !== null
  }
  if (there.etag === link.etag) return false
  await takeReceived(deps, place, [there], new Set(), synced)
  const after = deps.remote.link(link.id)
  return !after || after.state === 'same' || after.conflict !== null
}

const lookAt = (deps: SyncDeps, { access, calendar }: Place, href: string) =>
  deps.dav.receive(access, calendar.href, [href], deps.zone())

const put = async (deps: SyncDeps, place: Place, link: EventLink, synced: Synced): Promise<boolean> => {
  const { store, remote, changes, dav, now, zone } = deps
  const { access, calendar } = place
  const event = link.event === null ? undefined : store.get(link.event)
  if (!event) {
    changes.write(ACTOR, tx => remote.removeLink(tx, link.id))
    return false
  }
  const known = { zone: zone(), now: now() }
  const ics = link.raw === null ? writeIcs([event], known) : await patchIcs(link.raw, event, known)
  if (ics === null && link.etag !== null) {
    changes.write(ACTOR, tx => {
      // Nothing was changed in the end, unless that happened while it was looked at.
      if (remote.link(link.id)?.version === link.version)
        settled(deps, tx, link, { href: link.href!, etag: link.etag, raw: link.raw })
    })
    return false
  }
  const text = ics ?? link.raw!
  const href = link.href ?? freePlace(deps, place, event)
  // Before it is sent: whoever finds this afterwards knows where to look for it.
  changes.write(ACTOR, tx =>
    remote.putLink(tx, { ...remote.link(link.id)!, href, sending: link.version, theirs: text }),
  )
  const answer = await overWeak(deps, place, { href, etag: link.etag }, etag =>
    dav.put(access, calendar.href, href, text, etag),
  )
  if ([200, 201, 204].includes(answer.status)) {
    await sent(deps, place, { ...link, href }, text, answer)
    synced.sent++
    return false
  }
  if (answer.status === 412) {
    const [there] = await lookAt(deps, place, href)
    if (there) await takeReceived(deps, place, [there], new Set(), synced)
    else if (link.etag !== null) takeGone(deps, remote.link(link.id)!, synced)
    return false
  }
  if (answer.said.includes('no-uid-conflict') && link.etag === null) {
    changes.write(ACTOR, tx => remote.putLink(tx, { ...remote.link(link.id)!, ...UNSENT, href: null }))
    return true
  }
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408)
    throw new Problem('upstream', `${new URL(calendar.href).host} answered ${answer.status}`)
  refused(deps, link, answer)
  synced.conflicts++
  return false
}

/** A server that only has weak ETags takes none as a condition: what it has is looked at instead. */
const overWeak = async (
  deps: SyncDeps,
  place: Place,
  { href, etag }: { href: string; etag: string | null },
  tell: (etag: string | null) => Promise<Answer>,
): Promise<Answer> => {
  const answer = await tell(etag)
  if (answer.status !== 412 || !etag?.startsWith('W/')) return answer
  const [there] = await lookAt(deps, place, href)
  return there?.etag === etag ? tell('') : answer
}

/** What was changed again while it was on its way stays to be sent, over what the server has now. */
const sent = async (
  deps: SyncDeps,
  place: Place,
  link: EventLink & { href: string },
  ics: string,
  answer: Answer,
): Promise<void> => {
  const { remote, changes } = deps
  // A server that gives no ETag kept something else than it was given.
  const there = answer.etag === null ? (await lookAt(deps, place, link.href))[0] : undefined
  const known = { href: link.href, etag: there?.etag ?? answer.etag, raw: there?.ics ?? ics }
  changes.write(ACTOR, tx => {
    const now = remote.link(link.id)
    if (!now) return
    if (now.version === link.version) settled(deps, tx, now, known)
    else remote.putLink(tx, { ...now, ...known, ...UNSENT })
  })
}

const remove = async (deps: SyncDeps, place: Place, link: EventLink, synced: Synced): Promise<void> => {
  const { remote, changes, dav } = deps
  const { access, calendar } = place
  const forget = (): void =>
    changes.write(ACTOR, tx => {
      const now = remote.link(link.id)
      // Brought back while it was being deleted: it is sent as a new one.
      if (now?.state === 'changed') remote.putLink(tx, { ...now, ...UNSENT, etag: null })
      else remote.removeLink(tx, link.id)
    })
  if (link.href === null) return forget()
  const { href, etag } = link
  const answer = await overWeak(deps, place, { href, etag }, known =>
    dav.remove(access, calendar.href, href, known),
  )
  if (answer.status < 300 || answer.status === 404 || answer.status === 410) {
    forget()
    synced.deleted++
  } else if (answer.status === 412) {
    const [there] = await lookAt(deps, place, link.href)
    if (there) await takeReceived(deps, place, [there], new Set(), synced)
    else forget()
  } else if (answer.status >= 500 || answer.status === 429 || answer.status === 408)
    throw new Problem('upstream', `${new URL(calendar.href).host} answered ${answer.status}`)
  else {
    refused(deps, link, answer)
    synced.conflicts++
  }
}

const refused = (deps: SyncDeps, link: EventLink, { status, said }: Answer): void => {
  const words =
    /<[^>]*responsedescription[^>]*>([^<]{1,200})/i.exec(said)?.[1] ?? (said.startsWith('<') ? '' : said)
  const line = words
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .trim()
    .slice(0, 200)
  deps.changes.write(ACTOR, tx =>
    conflicting(
      deps,
      tx,
      link,
      'refused',
      null,
      `: it answered ${status}${line === '' ? '' : `, ${line.replace(/\.$/, '')}`}`,
    ),
  )
}

/** Where it will lie: another one of the same UID, in conflict or unreadable, may have its place. */
const freePlace = ({ remote }: SyncDeps, { calendar }: Place, { uid, id }: Kept): string => {
  const place = placeOf(`${nameFor(uid, id)}.ics`, calendar.href)
  return remote.linkAt(calendar.id, place) ? placeOf(`${id}.ics`, calendar.href) : place
}

/** A name that servers and file systems take. */
const nameFor = (uid: string, id: string): string => (/^[\w.@-]{1,120}$/.test(uid) ? uid : id)
