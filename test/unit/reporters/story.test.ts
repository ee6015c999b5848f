import { describe, expect, test } from 'vitest'
import { STORY_LINES_MAX, storyLines } from '../../../src/reporters/story.ts'
import { lostRecord } from '../campaign/fake-simulator.ts'
import { longTimeline, toldFailure } from './made-up-report.ts'

describe('the story of a failure', () => {
  test('says the promise, what led to it in order, how far it shrank, that it came back, and how to replay it', () => {
    expect(storyLines(toldFailure())).toEqual([
      'A PROMISE IS BROKEN: S1 acknowledged records survive',
      '  offset 7 of orders-0 is gone',
      'Seed 17 of the mutant marker-left-behind, as it happened in the smallest plan:',
      '  0.010000 s  broker: appends offsets 7 to 7 of orders-0',
      '  0.011000 s  broker: answers producer-1: records are in orders-0 from offset 7',
      '  0.020000 s  fault: the power fails',
      '  0.030000 s  broker: recovers orders-0: [0, 7)',
      'Shrunk 34 faults → 1, 50 operations → 1, 200 steps → 1, 9 settings → 0 (61 runs, nothing more can be left out); reproduced twice with hash 00112233aabbccdd.',
      'Replay it: npx samsa replay reports/chaos/x/plan.json',
    ])
  })

  test('is never longer than twelve lines, and keeps what bears on the failure', () => {
    const lines = storyLines(toldFailure({ timeline: longTimeline }))
    expect(lines.length).toBeLessThanOrEqual(STORY_LINES_MAX)
    const text = lines.join('\n')
    expect(text).toContain('fault: the power fails')
    expect(text).toContain('recovers orders-0: [0, 7)')
    expect(text).toContain('records are in orders-0 from offset 7')
    expect(text.indexOf('appends offsets 7')).toBeLessThan(text.indexOf('the power fails'))
  })

  test('tells like entries that follow one another once, with their number', () => {
    const again = { atUs: 5, event: 5, who: 'broker', what: 'starts, and must recover' }
    const lines = storyLines(toldFailure({ timeline: [again, { ...again, event: 6 }, { ...again, event: 7 }] }))
    expect(lines.filter((line) => line.includes('starts'))).toEqual([
      '  0.000005 s  broker: starts, and must recover (3 times)',
    ])
  })

  test('does not repeat the verdict as if it were a cause, nor tell what came after it', () => {
    const text = storyLines(toldFailure({ timeline: [...longTimeline] })).join('\n')
    expect(text).not.toContain('verdict')
    const early = { ...lostRecord, event: 15 }
    expect(storyLines(toldFailure({ violation: early })).join('\n')).not.toContain('the power fails')
  })

  test('says so when it did not come back, or when shrinking was cut short', () => {
    const text = storyLines(toldFailure({ reproduced: 1, isMinimal: false })).join('\n')
    expect(text).toContain('NOT reproduced: 1 of 2')
    expect(text).toContain('cut short')
  })

  test('tells apart a broken promise, no progress, and a bug of the simulator', () => {
    const headline = (kind: 'safety' | 'liveness' | 'simulator') =>
      storyLines(toldFailure({ violation: { ...lostRecord, kind } }))[0]
    expect(headline('safety')).toMatch(/^A PROMISE IS BROKEN/)
    expect(headline('liveness')).toMatch(/^NO PROGRESS/)
    expect(headline('simulator')).toMatch(/^A BUG OF THE SIMULATOR/)
  })
})
