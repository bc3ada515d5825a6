import { type Claim, type FakeGpu, type GpuState, gpuState } from './gpus.ts'

const DRIVER = '570.86.15'

/** nvidia-smi over the pretended GPUs: the table, the two queries, and `-L`. */
export function nvidiaSmi(argv: string[]): void {
  const state = gpuState()
  const gpus = state.gpus()
  if (gpus.length === 0) {
    process.stdout.write(
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.\n",
    )
    process.exit(9)
  }
  const option = (name: string) => argv.find(word => word.startsWith(`${name}=`))?.slice(name.length + 1)
  const format = (option('--format') ?? 'csv').split(',')
  const query = option('--query-gpu')
  const processes = option('--query-compute-apps')
  if (argv.includes('-L')) for (const gpu of gpus) print(`GPU ${gpu.index}: ${gpu.name} (UUID: ${gpu.uuid})`)
  else if (query !== undefined) csv(query, format, gpus, (name, gpu) => gpuField(name, gpu, state))
  else if (processes !== undefined)
    csv(processes, format, state.claims(), (name, claim) => processField(name, claim, gpus))
  else table(gpus, state)
}

const print = (line: string) => process.stdout.write(`${line}\n`)

type Field = [value: string, unit?: string]

function csv<T>(
  query: string,
  format: string[],
  rows: T[],
  field: (name: string, row: T) => Field | null,
): void {
  const names = query.split(',').map(name => name.trim())
  const first = rows[0]
  if (first !== undefined)
    for (const name of names)
      if (field(name, first) === null) {
        print(`Field "${name}" is not a valid field to query.\n`)
        process.exit(2)
      }
  if (!format.includes('noheader')) print(names.join(', '))
  const bare = format.includes('nounits')
  for (const row of rows)
    print(
      names
        .map(name => {
          const [value, unit] = field(name, row) ?? ['']
          return unit && !bare ? `${value} ${unit}` : value
        })
        .join(', '),
    )
}

function busy(state: GpuState, gpu: FakeGpu): number {
  return Math.min(
    100,
    state.claims().reduce((sum, one) => (one.gpu === gpu.index ? sum + one.busy : sum), 0),
  )
}

function gpuField(name: string, gpu: FakeGpu, state: GpuState): Field | null {
  const load = busy(state, gpu)
  const used = state.usedMiB(gpu.index)
  switch (name) {
    case 'index':
      return [String(gpu.index)]
    case 'uuid':
    case 'gpu_uuid':
      return [gpu.uuid]
    case 'name':
      return [gpu.name]
    case 'pci.bus_id':
      return [gpu.busId]
    case 'driver_version':
      return [DRIVER]
    case 'memory.total':
      return [String(gpu.totalMiB), 'MiB']
    case 'memory.used':
      return [String(used), 'MiB']
    case 'memory.free':
      return [String(gpu.totalMiB - used), 'MiB']
    case 'utilization.gpu':
      return [String(load), '%']
    case 'utilization.memory':
      return [String(Math.round(load / 2)), '%']
    case 'temperature.gpu':
      return [String(34 + Math.round(load * 0.4))]
    case 'power.draw':
      return [(60 + ((gpu.powerLimit - 60) * load) / 100).toFixed(2), 'W']
    case 'power.limit':
      return [gpu.powerLimit.toFixed(2), 'W']
    case 'clocks.sm':
      return [load > 0 ? '1980' : '345', 'MHz']
    case 'pstate':
      return [load > 0 ? 'P0' : 'P8']
    case 'compute_cap':
      return [gpu.capability]
    case 'compute_mode':
      return ['Default']
    case 'mig.mode.current':
      return [Number(gpu.capability) >= 8 ? 'Disabled' : '[N/A]']
    case 'ecc.errors.uncorrected.volatile.total':
      return ['0']
  }
  return null
}

function processField(name: string, claim: Claim, gpus: FakeGpu[]): Field | null {
  switch (name) {
    case 'gpu_uuid':
      return [gpus.find(gpu => gpu.index === claim.gpu)?.uuid ?? '']
    case 'pid':
      return [String(claim.pid)]
    case 'process_name':
    case 'name':
      return [claim.name]
    case 'used_memory':
    case 'used_gpu_memory':
      return [String(claim.mib), 'MiB']
  }
  return null
}

function table(gpus: FakeGpu[], state: GpuState): void {
  print(new Date().toString().slice(0, 24))
  print('+-----------------------------------------------------------------------------------------+')
  print(`| NVIDIA-SMI ${DRIVER.padEnd(22)} Driver Version: ${DRIVER.padEnd(14)} CUDA Version: 12.8     |`)
  print('|-----------------------------------------+------------------------+----------------------+')
  for (const gpu of gpus) {
    const used = state.usedMiB(gpu.index)
    print(
      `| ${String(gpu.index).padStart(3)}  ${gpu.name.padEnd(35)}| ${gpu.busId.padStart(22)} |${' '.repeat(22)}|`,
    )
    print(
      `|${' '.repeat(41)}| ${`${used}MiB / ${gpu.totalMiB}MiB`.padStart(22)} | ${`${busy(state, gpu)}%      Default`.padStart(20)} |`,
    )
  }
  print('+-----------------------------------------+------------------------+----------------------+')
  for (const claim of state.claims())
    print(
      `| ${String(claim.gpu).padStart(4)}   N/A  N/A ${String(claim.pid).padStart(13)}      C   ${claim.name.padEnd(40)} ${`${claim.mib}MiB`.padStart(10)} |`,
    )
}
