import { bad, gather, good, type ProbeStep, size, skipped, warn } from './facts.ts'
import { type Host, HostError } from './host.ts'

const FIELDS = [
  'index',
  'name',
  'memory.total',
  'driver_version',
  'mig.mode.current',
  'ecc.errors.uncorrected.volatile.total',
]

interface Gpu {
  index: string
  name: string
  memoryMiB: number | null
  driver: string
  mig: boolean
  uncorrected: number
}

/** Graphics cards, what drives them, and what may be wrong with them. Vendor tools hang when a card does. */
export async function* probeGpus(host: Host): AsyncGenerator<ProbeStep> {
  const tools = await gather(host, {
    nvidia: 'command -v nvidia-smi || true',
    amd: 'command -v amd-smi || command -v rocm-smi || true',
    cards: 'ls -d /proc/driver/nvidia/gpus/* /dev/nvidia[0-9]* /dev/kfd 2>/dev/null || true',
  })
  if (tools.nvidia) yield* probeNvidia(host)
  else if (tools.amd) yield* probeAmd(host, tools.amd)
  else if (tools.cards)
    yield bad(
      'gpus',
      'GPUs',
      `there are cards (${tools.cards.split('\n')[0]}) but no tool that shows them`,
      'Install nvidia-utils of the running driver, or rocm-smi, and put it on the PATH of non-interactive shells.',
    )
  else yield skipped('gpus', 'GPUs', 'none found: models run on the processor')
}

async function* probeNvidia(host: Host): AsyncGenerator<ProbeStep> {
  const scripts = {
    list: `nvidia-smi --query-gpu=${FIELDS.join(',')} --format=csv,noheader,nounits`,
    cuda: `nvidia-smi | sed -n 's/.*CUDA Version: *\\([0-9.]*\\).*/\\1/p'`,
    nvcc: `PATH=$PATH:/usr/local/cuda/bin; nvcc --version | sed -n 's/.*release \\([0-9.]*\\).*/\\1/p'`,
    p2p: 'nvidia-smi topo -p2p r',
    switches: 'ls -d /dev/nvidia-nvswitch[0-9]* /proc/driver/nvidia-nvswitch/devices/* 2>/dev/null || true',
    fabric:
      'systemctl is-active nvidia-fabricmanager 2>/dev/null || { ps -A -o comm= | grep -q nv-fabricmanager && echo active; } || echo inactive',
    xid: 'dmesg 2>/dev/null | grep "NVRM: Xid" | tail -n 3 || true',
    dmesg: 'dmesg >/dev/null 2>&1 && echo readable || true',
  }
  let said: Record<keyof typeof scripts, string>
  try {
    said = await gather(host, scripts, { lane: 'slow', deadline: 30_000 })
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'deadline') throw error
    yield bad(
      'gpus',
      'GPUs',
      'nvidia-smi did not answer within 30 s',
      'A card that has fallen off the bus does this: look at dmesg for Xid 79, and restart the machine.',
    )
    return
  }
  const gpus = readGpus(said.list)
  if (gpus.length === 0) {
    const mismatch = /version mismatch/i.test(said.list)
    const advice = mismatch
      ? 'The driver was updated while loaded: restart the machine, or reload the nvidia modules.'
      : 'Load the driver (modprobe nvidia) or reinstall it for the running kernel.'
    yield bad('gpus', 'GPUs', said.list.split('\n')[0] || 'nvidia-smi shows no card', advice)
    return
  }
  yield good(
    'gpus',
    'GPUs',
    gpus
      .map(gpu => `${gpu.index}: ${gpu.name}${gpu.memoryMiB ? ` ${size(gpu.memoryMiB * 1024)}` : ''}`)
      .join(', '),
  )
  yield good(
    'driver',
    'Driver and CUDA',
    `driver ${gpus[0]!.driver}, up to CUDA ${said.cuda || 'unknown'}, ${/^[\d.]+$/.test(said.nvcc) ? `nvcc ${said.nvcc}` : 'no nvcc'}`,
  )
  yield fabricStep(said.switches !== '', said.fabric)
  yield migStep(gpus)
  yield eccStep(gpus)
  yield xidStep(said.xid, said.dmesg !== '')
  yield p2pStep(gpus.length, said.p2p)
}

function readGpus(csv: string): Gpu[] {
  return csv.split('\n').flatMap(line => {
    const [index = '', name = '', memory, driver = '', mig, ecc] = line.split(',').map(field => field.trim())
    if (!/^\d+$/.test(index) || name === '') return []
    const number = (text: string | undefined) => (text && /^\d+$/.test(text) ? Number(text) : null)
    return [
      {
        index,
        name,
        memoryMiB: number(memory),
        driver,
        mig: mig === 'Enabled',
        uncorrected: number(ecc) ?? 0,
      },
    ]
  })
}

function fabricStep(needed: boolean, state: string): ProbeStep {
  const [id, title] = ['fabric', 'Fabric manager']
  if (!needed) return skipped(id, title, 'no NVSwitch here, so none is needed')
  return /^active/.test(state)
    ? good(id, title, 'runs')
    : bad(
        id,
        title,
        `there is an NVSwitch, but the fabric manager is ${state.split('\n')[0] || 'not there'}: CUDA will not start`,
        'systemctl enable --now nvidia-fabricmanager, in the version of the driver.',
      )
}

function migStep(gpus: Gpu[]): ProbeStep {
  const split = gpus.filter(gpu => gpu.mig).map(gpu => gpu.index)
  return split.length === 0
    ? good('mig', 'MIG', 'no card is divided')
    : warn(
        'mig',
        'MIG',
        `divided into instances: GPU ${split.join(', ')}`,
        'Choose instances by their UUID (nvidia-smi -L); a divided card cannot take part in tensor parallelism.',
      )
}

function eccStep(gpus: Gpu[]): ProbeStep {
  const broken = gpus.filter(gpu => gpu.uncorrected > 0)
  return broken.length === 0
    ? good('ecc', 'ECC', 'no uncorrected errors since the driver was loaded')
    : bad(
        'ecc',
        'ECC',
        `uncorrected memory errors: ${broken.map(g => `GPU ${g.index} (${g.uncorrected})`).join(', ')}`,
        'Reset the card (nvidia-smi -r) or restart; if they return, have it replaced.',
      )
}

function xidStep(xid: string, readable: boolean): ProbeStep {
  if (xid !== '')
    return warn(
      'xid',
      'Xid errors',
      xid.split('\n').at(-1)!,
      "Look the number up in NVIDIA's Xid list; 79 and 48 mean hardware, 31 and 13 usually a program.",
    )
  return readable
    ? good('xid', 'Xid errors', 'none in the kernel log')
    : skipped('xid', 'Xid errors', 'the kernel log is not readable for this account')
}

function p2pStep(count: number, table: string): ProbeStep {
  const [id, title] = ['p2p', 'P2P between GPUs']
  if (count < 2) return skipped(id, title, 'one card only')
  const words = table
    .split('\n')
    .filter(line => /^\s*GPU\d+\s/.test(line))
    .flatMap(line => line.trim().split(/\s+/).slice(1))
  const links = words.filter(word => /^(OK|NS|CNS|GNS|TNS|DS|U)$/.test(word))
  if (links.length === 0) return skipped(id, title, 'this driver does not tell')
  const missing = links.filter(word => word !== 'OK').length
  return missing === 0
    ? good(id, title, 'every card reaches every other')
    : warn(
        id,
        title,
        `${missing} of ${links.length} ways are not supported`,
        'Set NCCL_P2P_DISABLE=1 if a launch hangs; in virtual machines pass ACS and the topology through.',
      )
}

async function* probeAmd(host: Host, tool: string): AsyncGenerator<ProbeStep> {
  const script = tool.endsWith('amd-smi') ? 'amd-smi list' : 'rocm-smi --showproductname'
  const { list } = await gather(host, { list: script }, { lane: 'slow', deadline: 30_000 })
  const cards = list.match(/^GPU(?:\[|: *)\d+/gm) ?? []
  yield cards.length > 0
    ? good('gpus', 'GPUs', `${new Set(cards).size} AMD cards`)
    : bad(
        'gpus',
        'GPUs',
        list.split('\n')[0] || `${script} shows no card`,
        'Check that the account is in the groups render and video, and that amdgpu is loaded.',
      )
}
