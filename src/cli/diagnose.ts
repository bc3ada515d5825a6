import type { Command } from 'commander'
import type { Around } from './program.ts'

/** A log as the diagnosis reads it: what it died of, in lines of a width, and how that came about. */
export interface Examined {
  verdict: unknown
  lines: string[]
  reasons: string[]
}

export type Examine = (log: string | NodeJS.ReadableStream, columns: number) => Promise<Examined>

export const addDiagnose = (program: Command, around: Around, examine: Examine): void => {
  program
    .command('diagnose <file>')
    .description("Says what a server died of, from any log; '-' reads standard input")
    .option('--explain', 'and how the verdict came about')
    .action(async (file: string, options: { explain?: boolean }) => {
      const columns = Math.min(around.columns(), 100)
      const { verdict, lines, reasons } = await examine(file === '-' ? around.stdin : file, columns)
      if (around.json()) around.print(JSON.stringify(verdict, null, 2))
      else around.print([...lines, ...(options.explain ? ['', ...reasons] : [])].join('\n'))
    })
}
