import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './port.ts'

export type Dialect = 'radicale' | 'xandikos'
const PROGRAM: Record<Dialect, string> = { radicale: '/usr/bin/radicale', xandikos: '/usr/bin/xandikos' }

/** Why no such server can be started here, or null. */
export const davMissing = (dialect: Dialect): string | null =>
  existsSync(PROGRAM[dialect]) ? null : `${PROGRAM[dialect]} is not installed`

export interface Dav extends AsyncDisposable {
  readonly dialect: Dialect
  readonly port: number
  readonly folder: string
  /** Where somebody who knows nothing else begins. */
  readonly url: string
  readonly certificate: string
  /** The path of a calendar of ann's. */
  path(calendar: string): string
  /** Where the files of a calendar lie. */
  files(calendar: string): string
  /** Another client of the same server. */
  ask(
    method: string,
    path: string,
    body?: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; text: string; etag: string | null }>
  make(calendar: string, props?: { name?: string; color?: string; only?: string }): Promise<void>
  put(calendar: string, name: string, ics: string): Promise<void>
  /** What lies in a calendar, by file name. */
  lies(calendar: string): Promise<Map<string, string>>
  log(): string
  /** From now on ann may only read these. Radicale only. */
  fix(calendars: string[]): Promise<void>
  kill(): Promise<void>
  start(): Promise<void>
}

export interface DavOptions {
  password?: string
  tls?: boolean
}

/** A real CalDAV server on loopback, run by whoever runs the tests. */
export const startDav = async (dialect: Dialect, options: DavOptions = {}): Promise<Dav> => {
  const folder = mkdtempSync(join(tmpdir(), `ithaca-${dialect}-`))
  const port = await freePort()
  const certificate = join(folder, 'cert.pem')
  const password = options.password ?? 'secret'
  if (options.tls) makeCertificate(folder)
  if (dialect === 'radicale') writeRadicale(folder, port, password, options)
  else mkdirSync(join(folder, 'data'))
  const scheme = options.tls ? 'https' : 'http'
  const root = `${scheme}://127.0.0.1:${port}`
  const home = dialect === 'radicale' ? '/ann/' : '/ann/calendars/'
  const authorization = `Basic ${Buffer.from(`ann:${password}`).toString('base64')}`
  let child: ChildProcess | null = null

  const dav: Dav = {
    ...{ dialect, port, folder, certificate, url: `${root}/` },
    path: calendar => `${home}${calendar}/`,
    files: calendar =>
      dialect === 'radicale'
        ? join(folder, 'data', 'collection-root', 'ann', calendar)
        : join(folder, 'data', 'ann', 'calendars', calendar),
    async ask(method, path, body, headers = {}) {
      const response = await fetch(`${root}${path}`, {
        method,
        body,
        headers: { authorization, ...headers },
      })
      return { status: response.status, text: await response.text(), etag: response.headers.get('etag') }
    },
    async make(calendar, { name = calendar, color, only } = {}) {
      const said = await dav.ask('MKCALENDAR', dav.path(calendar), mkcalendar(name, color, only), {
        'content-type': 'text/xml',
      })
      if (said.status !== 201) throw new Error(`MKCALENDAR: ${said.status} ${said.text}\n${dav.log()}`)
      // Xandikos leaves the color out of what it makes.
      if (color)
        await dav.ask('PROPPATCH', dav.path(calendar), recolor(color), { 'content-type': 'text/xml' })
    },
    async put(calendar, name, ics) {
      const said = await dav.ask('PUT', `${dav.path(calendar)}${name}`, ics, {
        'content-type': 'text/calendar; charset=utf-8',
      })
      if (said.status >= 300) throw new Error(`PUT ${name}: ${said.status} ${said.text}\n${dav.log()}`)
    },
    async lies(calendar) {
      const listed = await dav.ask('PROPFIND', dav.path(calendar), LIST, {
        depth: '1',
        'content-type': 'text/xml',
      })
      const hrefs = [...listed.text.matchAll(/<(?:\w+:)?href>([^<]*\.ics)<\/(?:\w+:)?href>/g)].map(
        found => found[1]!,
      )
      const found = new Map<string, string>()
      for (const href of hrefs) found.set(href.split('/').at(-1)!, (await dav.ask('GET', href)).text)
      return found
    },
    log: () => (existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : ''),
    async fix(calendars) {
      await dav.kill()
      writeRights(folder, calendars)
      await dav.start()
    },
    async start() {
      const log = openSync(join(folder, 'log'), 'a')
      const args =
        dialect === 'radicale'
          ? ['--config', join(folder, 'config')]
          : ['-d', join(folder, 'data'), '-l', '127.0.0.1', '-p', String(port), '--autocreate', ...PRINCIPAL]
      child = spawn(PROGRAM[dialect], args, { stdio: ['ignore', log, log], cwd: folder })
      await answers(`${root}/`, () => child?.exitCode ?? null, dav.log, options.tls === true)
    },
    async kill() {
      const ending = child
      child = null
      if (!ending || ending.exitCode !== null || ending.signalCode !== null) return
      const gone = new Promise(resolve => ending.once('exit', resolve))
      ending.kill('SIGKILL')
      await gone
    },
    async [Symbol.asyncDispose]() {
      await dav.kill()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
  await dav.start()
  return dav
}

const PRINCIPAL = ['--current-user-principal', '/ann/']

const LIST = '<?xml version="1.0"?><d:propfind xmlns:d="DAV:"><d:prop><d:getetag/></d:prop></d:propfind>'

const mkcalendar = (name: string, color: string | undefined, only: string | undefined): string =>
  `<?xml version="1.0"?><c:mkcalendar xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav" xmlns:a="http://apple.com/ns/ical/"><d:set><d:prop><d:displayname>${name.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</d:displayname>${
    color ? `<a:calendar-color>${color}</a:calendar-color>` : ''
  }${
    only
      ? `<c:supported-calendar-component-set><c:comp name="${only}"/></c:supported-calendar-component-set>`
      : ''
  }</d:prop></d:set></c:mkcalendar>`

const recolor = (color: string): string =>
  `<?xml version="1.0"?><d:propertyupdate xmlns:d="DAV:" xmlns:a="http://apple.com/ns/ical/"><d:set><d:prop><a:calendar-color>${color}</a:calendar-color></d:prop></d:set></d:propertyupdate>`

const writeRadicale = (folder: string, port: number, password: string, options: DavOptions): void => {
  writeFileSync(join(folder, 'users'), `ann:${password}\n`)
  writeRights(folder, [])
  writeFileSync(
    join(folder, 'config'),
    `[server]
hosts = 127.0.0.1:${port}
max_connections = 50
${options.tls ? `ssl = True\ncertificate = ${folder}/cert.pem\nkey = ${folder}/key.pem` : ''}
[auth]
type = htpasswd
htpasswd_filename = ${folder}/users
htpasswd_encryption = plain
delay = 0
[rights]
type = from_file
file = ${folder}/rights
[storage]
filesystem_folder = ${folder}/data
[logging]
level = warning
`,
  )
}

const writeRights = (folder: string, readOnly: string[]): void => {
  const fixed = readOnly.map(
    calendar => `[only-${calendar}]\nuser: ann\ncollection: ann/${calendar}\npermissions: r\n`,
  )
  writeFileSync(
    join(folder, 'rights'),
    `${fixed.join('\n')}
[root]
user: .+
collection:
permissions: R

[own]
user: .+
collection: {user}
permissions: RW

[calendars]
user: .+
collection: {user}/[^/]+
permissions: rw
`,
  )
}

const makeCertificate = (folder: string): void => {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'cert.pem')]
  const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  execFileSync('openssl', ['req', '-x509', ...key, ...files, ...names], { stdio: 'ignore' })
}

/** Until it listens. */
const answers = async (
  url: string,
  ended: () => number | null,
  log: () => string,
  tls: boolean,
): Promise<void> => {
  const { connect } = await import('node:net')
  const { hostname, port } = new URL(url)
  const deadline = Date.now() + 20_000
  for (;;) {
    const listening = await new Promise<boolean>(resolve => {
      const socket = connect(Number(port), hostname)
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
    if (listening) {
      if (!tls) await fetch(url).then(response => response.arrayBuffer())
      return
    }
    if (ended() !== null || Date.now() > deadline) throw new Error(`${url} does not answer:\n${log()}`)
    await new Promise(resolve => setTimeout(resolve, 30))
  }
}
