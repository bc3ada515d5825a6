import type { Command } from 'commander'

const NOUNS: Record<string, string> = {
  todos: 'Todos, notes and reminders',
  calendar: 'Events: what is when',
  calendars: 'The calendars that events are in',
  memory: 'What is remembered',
  documents: 'Texts with their versions',
  mail: 'Mail',
  search: 'Finds words in everything',
  tokens: 'What agents may do',
  approvals: 'What agents asked for and wait for',
  audit: 'Who did what',
  notify: 'Where reminders and alarms go',
  hosts: 'The machines that models run on',
  cookbook: 'Model servers: launch, watch, diagnose, stop',
  presets: 'Launches kept under a name',
  models: 'Models on the hosts: download, copy, delete',
  events: 'What happens',
  workspace: 'What holds for all of it: the time zone',
}

/** A line of help for each noun whose verbs the contract gave. */
export const describeNouns = (program: Command): void => {
  for (const command of program.commands) {
    const words = NOUNS[command.name()]
    if (words && command.description() === '') command.description(words)
  }
}
