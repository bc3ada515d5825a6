import { describe, expect, it } from 'vitest'
import { parseAmdSmi, parseRocmSmi } from '../../src/gpus/amd.ts'
import { GpuHistory } from '../../src/gpus/history.ts'
import { parseGpus } from '../../src/gpus/parse.ts'
import { placeOf } from '../../src/gpus/place.ts'
import { orphans, unexplainedMiB } from '../../src/gpus/reading.ts'

const reading = (text: string) => parseGpus(text, 'M', 5)

describe('NVIDIA', () => {
  const two = `M nvidia-all 0
0, GPU-aa, NVIDIA H100 80GB HBM3, 00000000:1B:00.0, 550.54.15, 81559, 70123, 11436, 97, 43, 61, 512.33, 700.00, 9.0, Default, Disabled
1, GPU-bb, NVIDIA H100 80GB HBM3, 00000000:43:00.0, 550.54.15, 81559, 4, 81555, [N/A], [Not Supported], ERR!, [Unknown Error], [N/A], 9.0, Exclusive_Process, Enabled
M nvidia-apps 0
GPU-aa, 4242, 70110, /opt/a, b/python3
GPU-zz, 4243, [N/A], VLLM::Worker
GPU-aa, [N/A], 5, hidden
M process 4243
S 900 4243 4243 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 9 0 987655 1 2 3
guardian systemd
user bob
M process 4242
S 1 4242 4242 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 9 0 987654 1 2 3
user ann
command python3 -m vllm serve x\u0020
session serve-1
cgroup /user.slice/user-1000.slice/session-3.scope
M end 0
`

  it('reads figures, and null where there are none', () => {
    const { gpus, processes, problem } = reading(two)
    expect(problem).toBeNull()
    expect(gpus[0]).toMatchObject({
      index: 0,
      totalMiB: 81559,
      usedMiB: 70123,
      power: 512.33,
      capability: '9.0',
      mig: false,
    })
    expect(gpus[1]).toMatchObject({
      utilisation: null,
      memoryUtilisation: null,
      temperature: null,
      power: null,
      mig: true,
    })
    expect(processes).toHaveLength(2)
    expect(processes[0]).toMatchObject({
      pid: 4242,
      gpu: 0,
      usedMiB: 70110,
      name: '/opt/a, b/python3',
      user: 'ann',
      parent: 1,
      started: '987654',
      session: 'serve-1',
    })
    expect(processes[1]).toMatchObject({ pid: 4243, gpu: null, usedMiB: null, user: 'bob', parent: 900 })
  })

  it('names orphans, and memory nobody explains', () => {
    const now = reading(two)
    expect(orphans(now, new Set()).map(one => one.pid)).toEqual([4242, 4243])
    expect(orphans(now, new Set([4242, 4243]))).toEqual([])
    expect(now.gpus.map(gpu => unexplainedMiB(now, gpu))).toEqual([13, 4])
  })

  it('keeps the words of a driver that fails, and says when the answer was cut off', () => {
    expect(
      reading('M nvidia-all 18\nFailed to initialize NVML: Driver/library version mismatch\nM end 0\n')
        .problem,
    ).toBe('Failed to initialize NVML: Driver/library version mismatch')
    expect(reading('M nvidia-all 0\n').problem).toContain('cut off')
    expect(reading('M memory 0\nM end 0\n')).toMatchObject({ gpus: [], problem: null })
  })

  it('does without the fields an old driver rejects, and takes the RAM for memory that is shared', () => {
    const old = `M nvidia-basic 0
0, GPU-cc, NVIDIA GB10, 0000000F:01:00.0, 580.95, [N/A], [N/A], [N/A], 0, 0, 40, 5.00, [N/A]
M memory 0
MemTotal:       125539296 kB
MemAvailable:   104857600 kB
M end 0
`
    expect(reading(old).gpus[0]).toMatchObject({
      totalMiB: 122596,
      freeMiB: 102400,
      unified: true,
      capability: null,
    })
  })
})

describe('AMD', () => {
  it('reads amd-smi, bare or wrapped', () => {
    const metric = JSON.stringify({
      gpu_data: [
        {
          gpu: 0,
          usage: { gfx_activity: { value: 42, unit: '%' }, umc_activity: 'N/A' },
          power: { socket_power: { value: 120, unit: 'W' } },
          temperature: { edge: 'N/A', hotspot: { value: 55, unit: 'C' } },
          mem_usage: { total_vram: { value: 196592, unit: 'MB' }, used_vram: { value: 283, unit: 'MB' } },
        },
      ],
    })
    const process = JSON.stringify([
      {
        gpu: 0,
        process_list: [
          {
            process_info: {
              name: 'python3',
              pid: 77,
              memory_usage: { vram_mem: { value: 1048576, unit: 'B' } },
            },
          },
          { process_info: 'No running processes detected' },
        ],
      },
    ])
    const both = parseAmdSmi({ metric: `WARNING: user is not in the render group\n${metric}`, process })
    expect(both.gpus[0]).toMatchObject({
      utilisation: 42,
      memoryUtilisation: null,
      power: 120,
      temperature: 55,
      totalMiB: 196592,
      freeMiB: 196309,
    })
    expect(both.holders).toEqual([{ gpu: 0, pid: 77, usedMiB: 1, name: 'python3' }])
  })

  it('reads rocm-smi of several ages', () => {
    const answer = JSON.stringify({
      card0: {
        'GPU use (%)': '19',
        'VRAM Total Memory (B)': '21458059264',
        'VRAM Total Used Memory (B)': '27856896',
        'Card Series': 'Radeon RX 7900 XT',
        'GFX Version': 'gfx1100',
        'Temperature (Sensor edge) (C)': '31.0',
        'Current Socket Graphics Package Power (W)': '7.222',
      },
      system: { 'Driver version': '6.8.5', PID812: 'python3, 1, 17453056, 0, 0' },
    })
    const { gpus, holders } = parseRocmSmi(answer)
    expect(gpus[0]).toMatchObject({
      name: 'Radeon RX 7900 XT',
      totalMiB: 20464,
      usedMiB: 27,
      utilisation: 19,
      temperature: 31,
      power: 7.222,
      capability: 'gfx1100',
    })
    expect(holders).toEqual([{ gpu: 0, pid: 812, usedMiB: 17, name: 'python3' }])
    expect(parseRocmSmi('not json')).toEqual({ gpus: [], holders: [] })
  })
})

it.each([
  ['/docker/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', { container: '0123456789ab' }],
  ['/system.slice/docker-fedcba9876543210fedc.scope', { container: 'fedcba987654' }],
  ['/kubepods.slice/pod1.slice/cri-containerd-aaaaaaaaaaaabbbb.scope', { container: 'aaaaaaaaaaaa' }],
  [
    '/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-abcdefabcdef0123.scope/container',
    { container: 'abcdefabcdef', unit: null },
  ],
  ['/system.slice/vllm.service', { unit: 'vllm.service' }],
  ['/user.slice/user-1000.slice/user@1000.service/app.slice/llama.service', { unit: 'llama.service' }],
  ['/user.slice/user-0.slice/session-1.scope', { container: null, unit: null, slurmJob: null }],
  ['/slurm/uid_1000/job_4711/step_batch', { slurmJob: '4711' }],
])('%s', (cgroup, expected) => {
  expect(placeOf(cgroup)).toMatchObject(expected)
})

it('remembers as many readings as it was told to', () => {
  const history = new GpuHistory(3)
  for (let at = 1; at <= 5; at++) {
    const now = parseGpus(`M nvidia-basic 0\n0, U, n, b, d, 10, ${at}, 5, 1, 1, 1, 1, 1\nM end 0\n`, 'M', at)
    history.add(now)
  }
  expect(history.of('U').map(sample => sample.usedMiB)).toEqual([3, 4, 5])
  expect(history.of('V')).toEqual([])
})
