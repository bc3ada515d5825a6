import type { Command } from 'commander'
import { EXIT } from './exit.ts'
import type { Around } from './program.ts'

export interface Check {
  ok: boolean | 'warn'
  what: string
  detail: string
  advice?: string
}

export const addDoctor = (program: Command, around: Around, doctor: () => AsyncIterable<Check>): void => {
  program
    .command('doctor')
    .description('Looks at everything Ithaca leans on, and says what to do about what is missing')
    .action(async () => {
      const checks: Check[] = []
      for await (const check of doctor()) {
        checks.push(check)
        if (around.json()) continue
        around.print(
          `${check.ok === true ? 'ok  ' : check.ok === 'warn' ? 'warn' : 'FAIL'}  ${check.what}: ${check.detail}`,
        )
        if (check.advice && check.ok !== true) around.print(`      ${check.advice}`)
      }
      if (around.json()) around.print(JSON.stringify({ checks }, null, 2))
      if (checks.some(check => check.ok === false)) process.exitCode = EXIT.failed
    })
}
