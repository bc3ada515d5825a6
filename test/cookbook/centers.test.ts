import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cookbook } from '../../src/contract/cookbook.ts'
import { hosts } from '../../src/contract/hosts.ts'
import { type TestKitchen, testKitchen } from '../peers/kitchen.ts'
import { freePort } from '../peers/port.ts'
import { type Sshd, startSshd, writeSshConfig } from '../peers/sshd.ts'
import { eventually } from '../sessions/ground.ts'

const PLANTED = 'hf_PlantedSecretThatMustNotBeSeen'
const PLANTED_PLAIN = 'plantedwithoutaprefix0123456789'

let daemons: Sshd[]
let config: string

beforeAll(async () => {
  daemons = await Promise.all([startSshd(), startSshd()])
  const first = daemons[0]!
  const ssh = writeSshConfig(
    first.folder,
    daemons.map((sshd, at) => ({ alias: `gpu-${at}`, sshd })),
  )
  config = `[hosts]\nssh_config = ${JSON.stringify(ssh)}\nknown_hosts = ${JSON.stringify(join(first.folder, 'known_hosts'))}\n`
})
afterAll(() => Promise.all(daemons.map(sshd => sshd.stop())))

/** Two hosts over SSH: this machine twice, with a state directory and so a world of its own each. */
const addHosts = async (k: TestKitchen, home = k.w.home): Promise<void> => {
  for (const at of [0, 1])
    await k.w.client.call(hosts.add, {
      target: `gpu-${at}`,
      state_dir: join(home, `gpu-${at}`),
      hf_token: PLANTED,
      variables: {
        FAKE_ENGINE_SPEED: '50',
        FAKE_GPU_STATE: k.machine.gpuState,
        PATH: `${k.machine.bin}:${process.env.PATH}`,
      },
    })
}

const looked = async (k: TestKitchen, id: string, state: string, host: string) =>
  eventually(async () => {
    const { serves, watch } = k.w.inside.workspace.cookbook
    await watch.look(host)
    const one = serves.find(id)
    return one && serves.state(one) === state ? serves.view(one) : undefined
  })

test('what one control center launches on a host, another one sees, agrees about, and stops by name only', async () => {
  await using a = await testKitchen({ config: `${config}[owner]\nname = "ann"\n` })
  await using b = await testKitchen({ config: `${config}[owner]\nname = "bob"\n` })
  await addHosts(a)
  await addHosts(b, a.w.home)
  const ports = [await freePort(), await freePort()]
  const launched = await Promise.all(
    [0, 1].map(at =>
      a.w.client.call(cookbook.serve, {
        cmd: `${a.machine.bin}/llama-server -m m${at}.gguf --port ${ports[at]}`,
        host: `gpu-${at}`,
      }),
    ),
  )
  for (const [at, { serve }] of launched.entries()) {
    const mine = await looked(a, serve.id, 'ready', `gpu-${at}`)
    const theirs = await looked(b, serve.id, 'ready', `gpu-${at}`)
    expect(mine).toMatchObject({ mine: true, operator: 'ann', host_name: `gpu-${at}`, port: ports[at] })
    expect({ ...theirs, mine: true }).toMatchObject({
      id: mine.id,
      pid: mine.pid,
      model: mine.model,
      cmd: mine.cmd,
      operator: 'ann',
      origin: 'launched',
    })
    expect(theirs.mine).toBe(false)
  }
  const id = launched[0]!.serve.id
  await expect(b.w.client.call(cookbook.stop, { id })).rejects.toThrow('confirm=m0.gguf')
  const [one, two] = await Promise.all([
    b.w.client.call(cookbook.stop, { id, confirm: 'm0.gguf' }),
    a.w.client.call(cookbook.stop, { id }),
  ])
  expect([one.left, two.left]).toEqual([[], []])
  for (const k of [a, b])
    expect(await looked(k, id, 'stopped', 'gpu-0')).toMatchObject({ exit_code: expect.anything() })
  expect(await looked(b, launched[1]!.serve.id, 'ready', 'gpu-1')).toBeTruthy()
}, 60_000)

test('a planted token is nowhere: not in process lists, scripts, logs, answers, nor in what is kept', async () => {
  await using k = await testKitchen({ config })
  await addHosts(k)
  const token = await k.w.token('agent', ['cookbook:launch'])
  const asked = (method: string, path: string, body?: unknown) =>
    k.w.request(method, path, { token, body }).then(response => response.text())
  const answers: string[] = []
  const port = await freePort()
  const said = await asked('POST', '/api/codex/cookbook/serve', {
    repo_id: 'demo/small',
    cmd: `HF_TOKEN=${PLANTED}2 VLLM_API_KEY=${PLANTED_PLAIN} ${k.machine.bin}/vllm serve demo/small --port ${port} --api-key ${PLANTED_PLAIN}`,
    host: 'gpu-0',
    hf_token: `${PLANTED}3`,
  })
  const { session_id: id } = JSON.parse(said) as { session_id: string }
  answers.push(said)
  const { pid } = await looked(k, id, 'ready', 'gpu-0')
  // It did reach the engine, by the one way that others do not see.
  expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).toContain(PLANTED_PLAIN)
  answers.push(execFileSync('ps', ['-ef', '-ww'], { encoding: 'utf8', maxBuffer: 1 << 24 }))
  for (const path of ['tasks', 'servers', 'presets', `output/${id}`, `attempts/${id}`])
    answers.push(await asked('GET', `/api/codex/cookbook/${path}`))
  for (const path of ['serves', `serves/${id}`, `serves/${id}/log`, `serves/${id}/output`, 'hosts'])
    answers.push(await asked('GET', `/api/v1/${path}`))
  answers.push(await (await k.w.client.send('GET', '/api/v1/audit?limit=500')).text())
  answers.push(JSON.stringify(k.w.inside.workspace.changes.since(0, 10_000)))
  await asked('POST', `/api/codex/cookbook/stop/${id}`)
  for (const answer of answers) {
    expect(answer).not.toContain(PLANTED)
    expect(answer).not.toContain(PLANTED_PLAIN)
  }
  const files = filesBelow(k.w.home)
  expect(files.some(file => file.endsWith('/session.sh'))).toBe(true)
  for (const file of files) {
    const text = readFileSync(file, 'latin1')
    for (const secret of [PLANTED, PLANTED_PLAIN]) expect(text.includes(secret), file).toBe(false)
  }
}, 60_000)

test('a host that is cut off keeps what was last known, and recovers by itself', async () => {
  await using k = await testKitchen({ config })
  await addHosts(k)
  const { serve } = await k.w.client.call(cookbook.serve, {
    cmd: `${k.machine.bin}/llama-server -m m.gguf --port ${await freePort()}`,
    host: 'gpu-1',
  })
  await looked(k, serve.id, 'ready', 'gpu-1')
  const user = await k.w.token('user', ['models:use'])
  const chat = async (): Promise<number> => {
    const body = { model: 'm.gguf', messages: [{ role: 'user', content: 'hello' }], stream: true }
    const response = await k.w.request('POST', '/v1/chat/completions', { token: user, body })
    const text = await response.text()
    expect(text).toContain(response.status === 200 ? 'data: [DONE]' : '"error":{"message":')
    return response.status
  }
  expect(await chat()).toBe(200)
  const { machines, watch } = k.w.inside.workspace.cookbook
  await daemons[1]!.kill()
  await eventually(async () => {
    await watch.look('gpu-1')
    return machines.at('gpu-1').host.reach.state === 'unreachable'
  })
  const kept = await k.w.client.call(cookbook.task, { id: serve.id })
  expect(kept).toMatchObject({ state: 'ready', ended_at: null })
  expect(await chat()).toBe(503)
  const began = performance.now()
  await expect(k.w.client.call(cookbook.stop, { id: serve.id })).rejects.toMatchObject({
    code: 'unavailable',
  })
  expect(performance.now() - began).toBeLessThan(12_000)
  expect((await k.w.client.call(cookbook.task, { id: serve.id })).ended_at).toBeNull()
  await daemons[1]!.start()
  machines.at('gpu-1').host.retry()
  expect(await looked(k, serve.id, 'ready', 'gpu-1')).toMatchObject({ pid: kept.pid })
  expect(await chat()).toBe(200)
  const stopped = await k.w.client.call(cookbook.stop, { id: serve.id })
  expect(stopped.left).toEqual([])
}, 60_000)

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(file => existsSync(file) && statSync(file).isFile())
