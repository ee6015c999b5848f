import { expect, it } from 'vitest'
import { replicaPlacer, type UsableBroker } from '../../../../src/broker/controller/placement.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const { random } = new SimulatedMachine(7).world
const broker = (brokerId: number, rack: string | null = null, fenced = false): UsableBroker => ({
  ...{ brokerId, rack, fenced },
})

function place(brokers: readonly UsableBroker[], partitions: number, replicas: number): readonly (readonly number[])[] {
  const place = replicaPlacer(random, brokers, replicas)
  if (typeof place === 'string') throw new Error(place)
  return Array.from({ length: partitions }, place)
}

/** How often each of them is there. */
function count(items: readonly number[]): Map<number, number> {
  const counts = new Map<number, number>()
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1)
  return counts
}

it('no two replicas of a partition are on one broker', () => {
  for (const replicas of place(
    [1, 2, 3, 4, 5].map((id) => broker(id)),
    50,
    4,
  )) {
    expect(new Set(replicas).size).toBe(4)
  }
})

it('leaders and replicas are spread evenly', () => {
  const places = place(
    [1, 2, 3, 4].map((id) => broker(id)),
    40,
    3,
  )
  expect([...count(places.map(([leader]) => leader!)).values()]).toEqual([10, 10, 10, 10])
  for (const replicas of count(places.flat()).values()) expect(Math.abs(replicas - 30)).toBeLessThanOrEqual(3)
})

it('where a leader falls out, the second replicas are not all on one other broker', () => {
  const places = place(
    [1, 2, 3, 4].map((id) => broker(id)),
    400,
    2,
  )
  const seconds = count(places.filter(([leader]) => leader === 1).map(([, second]) => second!))
  expect([...seconds.keys()].sort()).toEqual([2, 3, 4])
})

it('the replicas of a partition are in different racks, as far as there are any', () => {
  const racks = new Map([1, 2, 3, 4, 5, 6].map((id) => [id, `rack-${id % 3}`]))
  const places = place(
    [...racks].map(([id, rack]) => broker(id, rack)),
    60,
    3,
  )
  for (const replicas of places) expect(new Set(replicas.map((id) => racks.get(id))).size).toBe(3)
  expect(new Set(places.flat()).size).toBe(6)
})

it('racks are used in turn where there are fewer of them than replicas', () => {
  const racks = new Map([1, 2, 3, 4].map((id) => [id, id < 3 ? 'a' : 'b']))
  for (const replicas of place(
    [...racks].map(([id, rack]) => broker(id, rack)),
    20,
    4,
  )) {
    expect(
      replicas
        .map((id) => racks.get(id))
        .slice(0, 2)
        .sort(),
    ).toEqual(['a', 'b'])
    expect(new Set(replicas).size).toBe(4)
  }
})

it('a fenced broker leads nothing, and is taken only where the others do not suffice', () => {
  const brokers = [broker(1), broker(2), broker(3, null, true)]
  for (const replicas of place(brokers, 20, 2)) expect(replicas).not.toContain(3)
  for (const replicas of place(brokers, 20, 3)) expect(replicas.indexOf(3)).toBe(2)
})

it('a rack all of whose brokers are fenced has no leader', () => {
  const brokers = [broker(1, 'a'), broker(2, 'b', true), broker(3, 'b', true)]
  for (const [leader, second] of place(brokers, 20, 2)) {
    expect(leader).toBe(1)
    expect([2, 3]).toContain(second)
  }
})

it('where there are too few brokers it is said how many there are', () => {
  expect(replicaPlacer(random, [broker(1), broker(2, null, true)], 3)).toContain('only 2 broker(s) are registered')
  expect(replicaPlacer(random, [broker(1, null, true)], 1)).toBe('All brokers are currently fenced.')
  expect(replicaPlacer(random, [], 1)).toBe('All brokers are currently fenced.')
})
