import { expect, test } from 'vitest'
import { chaosJson } from '../../../src/reporters/chaos-json.ts'
import { brokenReport, chaosReport, toldFailure } from './made-up-report.ts'

const roundTrip = (value: object) => JSON.parse(JSON.stringify(value))

test('the JSON of a campaign has counts, virtual time in milliseconds, hash and what struck', () => {
  expect(roundTrip(chaosJson(chaosReport()))).toMatchObject({
    ...{ seeds: 20, from: 1, violations: [], differences: [], events: 30_000, virtualMs: 90_000, wallMs: 200 },
    ...{ hash: 'ffeeddccbbaa9988', struck: { 'power-loss': 12, pause: 2 }, shrunk: null, node: 'v20.20.2' },
  })
})

test('each violation has its seed, mutant, invariant, kind and a plan; the first is the shrunk one', () => {
  const { violations, shrunk } = roundTrip(chaosJson(brokenReport()))
  expect(violations).toHaveLength(2)
  expect(violations[0]).toMatchObject({
    ...{ seed: 17, mutant: 'marker-left-behind', invariant: 'S1 acknowledged records survive', kind: 'safety' },
    plan: JSON.parse(JSON.stringify(toldFailure().plan)),
  })
  expect(violations[1].plan).toMatchObject({ seed: 19 })
  expect(shrunk).toMatchObject({ seed: 17, reproduced: 2, before: { faults: 34 }, after: { faults: 1 } })
})
