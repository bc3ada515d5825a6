import type { Gpu, GpuReading } from './reading.ts'

export interface Sample {
  at: number
  usedMiB: number | null
  utilisation: number | null
  temperature: number | null
  power: number | null
}

/** The last readings of every GPU of one host, oldest first. */
export class GpuHistory {
  readonly #capacity: number
  readonly #rings = new Map<string, { samples: Sample[]; next: number }>()

  constructor(capacity = 360) {
    this.#capacity = capacity
  }

  add(reading: GpuReading): void {
    for (const gpu of reading.gpus) this.#push(gpu, reading.at)
  }

  of(uuid: string): Sample[] {
    const ring = this.#rings.get(uuid)
    return ring ? [...ring.samples.slice(ring.next), ...ring.samples.slice(0, ring.next)] : []
  }

  #push(gpu: Gpu, at: number): void {
    const ring = this.#rings.get(gpu.uuid) ?? { samples: [], next: 0 }
    this.#rings.set(gpu.uuid, ring)
    const { usedMiB, utilisation, temperature, power } = gpu
    ring.samples[ring.next] = { at, usedMiB, utilisation, temperature, power }
    ring.next = (ring.next + 1) % this.#capacity
  }
}
