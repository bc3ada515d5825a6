import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseKey } from '../../../views/keys/bindings.ts'
import { edits } from '../../../views/widgets/field-state.ts'
import { testWorkspace } from '../../peers/workspace.ts'
import { ScreenStage } from './screen-stage.tsx'

/** What each row of the key table in the README says its keys do, in their order. */
const promised = `
move.down move.up move.first move.last move.page-up move.page-down screen.turn go.cook go.tokens screen.last
screen.palette screen.filter screen.help screen.undo screen.zoom screen.mouse
cook.log cook.cause cook.relaunch cook.launch cook.ask cook.stop
cook.details cook.metrics cook.copy cook.commands cook.menu cook.mark cook.mine
cook.attach cook.shell
log.follow screen.filter log.next log.previous log.only log.except log.next-error log.previous-error
log.clock log.time log.mark log.to-mark log.wrap log.fold
log.attempt-before log.attempt-after cook.copy log.save log.pager log.plain
screen.quit screen.back
todos.mark todos.mark-range todos.mark-all todos.sort
todos.add todos.done todos.edit todos.when todos.snooze todos.repeat todos.labels todos.shelf todos.archive todos.remove
memory.add memory.edit memory.pin memory.category memory.sort-in documents.add documents.text documents.history documents.diff documents.draft documents.send
calendar.add calendar.edit calendar.remove calendar.turn calendar.last calendar.next calendar.today calendar.calendars hosts.add hosts.test hosts.edit hosts.trust hosts.shell hosts.remove
approvals.allow approvals.deny approvals.deny-note approvals.shelf approvals.find-before approvals.find-next audit.actor audit.actors audit.undo tokens.create tokens.like tokens.revoke
in-a-line
mail.compose mail.reply mail.reply-all mail.forward mail.archive mail.move mail.spam mail.remove mail.thread mail.find-everywhere mail.find-server mail.folders mail.letters mail.outbox mail.accounts`
  .trim()
  .split('\n')
  .map(row => row.split(' '))

/** The keys in the left cells of the table. */
function written(): string[][] {
  const readme = readFileSync(resolve(import.meta.dirname, '../../../README.md'), 'utf8')
  const table = readme.split('| keys | |\n| --- | --- |\n')[1]!.split('\n\n')[0]!
  return table.split('\n').map(row => {
    const [, keys] = row.split(/(?<!\\)\|/)
    return [...keys!.matchAll(/`` (.+?) ``|`([^`]+)`/g)].flatMap(([, one, several]) =>
      (one ?? several!).replace('\\|', '|').split(' '),
    )
  })
}

test('every key of the table in the README does what is said there', async () => {
  await using w = await testWorkspace()
  using on = new ScreenStage(w.inside.carry, { cols: 80, rows: 24 })
  const table = written()
  expect(table).toHaveLength(promised.length)
  for (const [at, ids] of promised.entries()) {
    if (ids[0] === 'in-a-line') {
      const keys = table[at]!.filter(key => key !== '↑')
      expect(keys.filter(key => !edits(parseKey(key)!))).toEqual([])
      continue
    }
    const means = table[at]!.map((key, i) => {
      const id = ids[i]!
      expect(on.shell.actions.get(id), `${key} is ${id}`).toBeDefined()
      return on.shell.keys[id]!.includes(parseKey(key)!) ? id : `${key} is not ${id}`
    })
    expect(means).toEqual(ids)
  }
})
