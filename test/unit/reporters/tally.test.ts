import { expect, test } from 'vitest'
import {
  brokenLines,
  differenceLines,
  neverHappened,
  sizeLine,
  tallyLines,
  verdictLines,
} from '../../../src/reporters/tally.ts'
import { brokenReport, chaosReport } from './made-up-report.ts'

test('a campaign that found nothing says what struck, most often first, and what never happened', () => {
  const report = chaosReport()
  expect(verdictLines(report)).toEqual(['No promise was broken.'])
  const [, first, second, never] = tallyLines(report)
  expect(first).toMatch(/12 {2}power-loss/)
  expect(second).toMatch(/2 {2}pause/)
  expect(never).toContain('process-kill')
  expect(never).toContain('SegmentRolled')
  expect(never).not.toContain('BatchAppended')
})

test('what only a harder profile does is not missed, and a declined fault has not happened', () => {
  const never = neverHappened({ struck: new Map([['declined pause', 4]]), coverage: new Map() })
  expect(never).toContain('pause')
  expect(never).not.toContain('rot')
  expect(never).not.toContain('wiped-disk')
})

test('size, speed and hash stand in one line', () => {
  expect(sizeLine(chaosReport())).toBe(
    '20 seeds, 30 000 events, 1 min 30 s of virtual time in 200 ms (150 000 events/s), hash ffeeddccbbaa9988',
  )
})

test('broken promises are counted, each with its first seed and the command that shows it', () => {
  expect(verdictLines(brokenReport())).toEqual(['2 seeds broke a promise.'])
  const [line, ...others] = brokenLines(brokenReport())
  expect(others).toEqual([])
  expect(line).toMatch(/2 {2}safety: S1 acknowledged records survive/)
  expect(line).toContain('npx samsa replay 17 --mutant marker-left-behind')
})

test('a difference between two runs names the first event that differs, in both', () => {
  const event = (node: number) => ({ index: 41, timeUs: 900, kind: 'timer', node, state: [1, 2] as const })
  const difference = { seed: 5, from: 0, to: 256, left: event(1), right: event(2) }
  const report = chaosReport({ differences: [difference] })
  expect(verdictLines(report)).toEqual(['1 seed did not run the same way twice.'])
  expect(differenceLines(report)[0]).toContain('event 41: timer of node 1 at 900 us / timer of node 2 at 900 us')
  const lost = chaosReport({ differences: [{ ...difference, left: undefined, right: undefined }] })
  expect(differenceLines(lost)[0]).toContain('somewhere in events [0, 256)')
})

test('an interrupted campaign says so before anything else', () => {
  expect(verdictLines(chaosReport({ wasInterrupted: true }))[0]).toContain('interrupted')
})
