import type { Rule } from '../types.ts'
import { abi } from './abi.ts'
import { context } from './context.ts'
import { hardware } from './hardware.ts'
import { host } from './host.ts'
import { hub } from './hub.ts'
import { kernels } from './kernels.ts'
import { launch } from './launch.ts'
import { memory } from './memory.ts'
import { model } from './model.ts'
import { native } from './native.ts'
import { network } from './network.ts'
import { lastGuesses, packages } from './packages.ts'
import { parallel } from './parallel.ts'
import { ports } from './ports.ts'
import { quantization } from './quantization.ts'

/** Every family, in the order in which rules of one strength that match one line are preferred. */
export const rules: readonly Rule[] = [
  ...memory,
  ...host,
  ...parallel,
  ...ports,
  ...context,
  ...kernels,
  ...hardware,
  ...network,
  ...quantization,
  ...hub,
  ...abi,
  ...packages,
  ...model,
  ...launch,
  ...native,
  ...lastGuesses,
]
