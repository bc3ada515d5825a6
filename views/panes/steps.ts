import type * as z from 'zod'
import type { Step } from '../../src/contract/mail-accounts.ts'
import type { Shell } from '../shell/shell.ts'
import { sanitiseText } from '../terminal/sanitise.ts'
import { wrapText } from '../widgets/text.ts'
import { toned } from '../widgets/theme.ts'

type Tried = z.output<typeof Step>

/** What of a server works, step by step, as soon as it is known. */
export async function showSteps(
  shell: Shell,
  title: string,
  ask: () => Promise<readonly Tried[]>,
): Promise<void> {
  let steps: readonly Tried[] | null = null
  shell.show(title, width => steps?.flatMap(step => stepRows(step, width)) ?? ['Trying its servers ...'])
  await shell.act('test', async () => {
    steps = await ask()
    shell.signal.now()
  })
}

function stepRows({ step, ok, said }: Tried, width: number): string[] {
  const sign = ok === null ? '-   ' : ok ? 'ok  ' : 'FAIL'
  const [first = '', ...more] = wrapText(sanitiseText(`${step}: ${said}`), width - 6)
  return [
    `${toned(sign, ok === false ? 'bad' : ok ? 'good' : 'quiet')}  ${first}`,
    ...more.map(row => `      ${row}`),
  ]
}
