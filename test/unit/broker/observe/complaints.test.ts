import { expect, it } from 'vitest'
import { Complaints } from '../../../../src/broker/observe/complaints.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { silentTrace } from '../../../../src/world/trace.ts'
import { TestClock } from '../../wire/fixture.ts'

it('whoever sends nonsense without end gets a bounded number of lines, and those left out are counted', () => {
  const lines: string[] = []
  const clock = new TestClock()
  const complaints = new Complaints(clock, new Observer(silentTrace, (_level, line) => lines.push(line)))
  for (let count = 0; count < 1000; count++) complaints.warn(`nonsense ${count}`)
  expect(lines).toHaveLength(20)
  clock.advanceMs(10_000)
  complaints.warn('more nonsense')
  expect(lines.slice(20)).toEqual(['980 lines about connections were left out', 'more nonsense'])
})
