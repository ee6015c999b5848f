import { beforeEach, describe, expect, it } from 'vitest'
import { lastEarliestOffsets, type RestoredPrefix } from '../../../src/workloads/checker/deleted-prefix.ts'
import { expiringEvents } from '../../../src/workloads/expiring-events.ts'
import type { Key, OperationOf } from '../../../src/workloads/history/operation.ts'
import { judgeHistory } from '../../../src/workloads/judge-history.ts'
import { messaging } from '../../../src/workloads/messaging.ts'
import type { PlannedOperation } from '../../../src/workloads/workload.ts'
import { type Placed, Scenario } from './checker/scenario.ts'
import { chooseBy } from './choose.ts'
import { simulate } from './simulated-run.ts'

const key = 'readings-0'
const [writer, surveyor, reader] = [0, 1, 2]

let scenario: Scenario

beforeEach(() => {
  scenario = new Scenario()
})

/** The reading of what is left, and where the log is said to begin behind it. */
function readWhatIsLeft(records: readonly (readonly [number, string])[], earliest: number): void {
  scenario.assign(reader, [key], 'beginning')
  scenario.poll(reader, key, records)
  scenario.lookUp(reader, key, earliest)
  const { history } = scenario
  history.ok(history.invoke(reader, 'list-topics', { value: [] }), [{ topic: 'readings', partitions: 1 }])
}

function judge(restored: readonly RestoredPrefix[] = []) {
  return judgeHistory(expiringEvents, scenario.history.operations, { lost: scenario.excuses, restored })
}

function anomalies(restored: readonly RestoredPrefix[] = []): readonly string[] {
  return judge(restored).map(({ anomaly }) => anomaly)
}

const sent: readonly Placed[] = [
  [0, '4.0'],
  [1, '4.1'],
  [2, '4.2'],
  [3, '4.3'],
]

describe('what is above the earliest offset', () => {
  it('is complete, and nobody asks for what is below', () => {
    scenario.send(writer, key, sent)
    readWhatIsLeft(
      [
        [2, '4.2'],
        [3, '4.3'],
      ],
      2,
    )
    expect(judge()).toEqual([])
  })

  it('may be nothing at all', () => {
    scenario.send(writer, key, sent)
    readWhatIsLeft([], 4)
    expect(judge()).toEqual([])
  })

  it('misses what nobody has read, even the first record', () => {
    scenario.send(writer, key, sent)
    readWhatIsLeft([[3, '4.3']], 2)
    expect(judge()).toMatchObject([
      { anomaly: 'lost-write', values: ['4.2'], offsets: [2] },
      { anomaly: 'missing-above-start', key, values: ['4.2'], offsets: [2] },
    ])
  })

  it('misses what somebody had read before it went', () => {
    scenario.send(writer, key, sent)
    scenario.assign(surveyor, [key], 'beginning')
    scenario.poll(surveyor, key, sent as readonly (readonly [number, string])[])
    readWhatIsLeft([[2, '4.2']], 1)
    expect(judge()).toMatchObject([{ anomaly: 'missing-above-start', values: ['4.1', '4.3'], offsets: [1, 3] }])
  })

  it('was still deleted later than the look-up before the reading said', () => {
    scenario.send(writer, key, sent)
    scenario.lookUp(surveyor, key, 0)
    readWhatIsLeft([[3, '4.3']], 3)
    expect(judge()).toEqual([])
  })

  it('may have been taken by a power loss', () => {
    scenario.send(writer, key, sent)
    scenario.losePower(key, 3, 4)
    readWhatIsLeft([[2, '4.2']], 2)
    expect(judge()).toEqual([])
  })

  it('must be read once a crash has brought it back, though it need not have been read before', () => {
    const restored = [{ key, fromOffset: 1, endOffset: 3 }]
    const all = () => {
      scenario = new Scenario()
      scenario.send(writer, key, sent)
      scenario.assign(surveyor, [key], 'beginning')
      scenario.poll(surveyor, key, [[0, '4.0']])
      scenario.poll(surveyor, key, [[3, '4.3']])
    }
    all()
    readWhatIsLeft(sent.slice(1) as readonly (readonly [number, string])[], 1)
    expect(anomalies(restored)).toEqual([])
    expect(anomalies()).toEqual(['poll-skip'])
    all()
    readWhatIsLeft(sent.slice(2) as readonly (readonly [number, string])[], 1)
    expect(anomalies(restored)).toEqual(['missing-above-start'])
  })
})

describe('the earliest offset', () => {
  it('binds whoever seeks his position after he or another was told of it', () => {
    for (const told of [surveyor, writer]) {
      scenario = new Scenario()
      scenario.send(writer, key, sent)
      scenario.lookUp(told, key, 2)
      scenario.assign(surveyor, [key], 'beginning')
      scenario.poll(surveyor, key, [[1, '4.1']])
      readWhatIsLeft([], 4)
      expect(judge()).toMatchObject([{ anomaly: 'read-below-start', key, values: ['4.1'], offsets: [1] }])
    }
  })

  it('does not bind a consumer that sought its position before, for it may have fetched then', () => {
    scenario.send(writer, key, sent)
    scenario.assign(surveyor, [key], 'beginning')
    scenario.lookUp(writer, key, 2)
    scenario.poll(surveyor, key, [[1, '4.1']])
    readWhatIsLeft([], 4)
    expect(judge()).toEqual([])
  })

  it('does not go back from one look-up to the next', () => {
    scenario.lookUp(surveyor, key, 5)
    scenario.lookUp(writer, key, 4)
    expect(judge()).toMatchObject([{ anomaly: 'start-went-back', key, offsets: [4, 5] }])
    scenario = new Scenario()
    scenario.lookUp(surveyor, key, 5)
    scenario.lookUp(writer, 'readings-1', 4)
    scenario.lookUp(surveyor, key, 5)
    expect(judge()).toEqual([])
  })

  it('is what a deletion was answered with, and does not go back behind that either', () => {
    const { history } = scenario
    const cleaned = (below: number | undefined, lowWatermark: number) => {
      const value = { key, ...(below === undefined ? {} : { below }) }
      history.ok(history.invoke(surveyor, 'delete-records', { value }), { ...value, lowWatermark })
    }
    scenario.send(writer, key, sent)
    cleaned(3, 3)
    cleaned(undefined, 4)
    expect(judge().filter(({ anomaly }) => anomaly !== 'unseen')).toEqual([])
    scenario.lookUp(writer, key, 2)
    expect(anomalies()).toContain('start-went-back')
    expect(anomalies([{ key, fromOffset: 2, endOffset: 4 }])).not.toContain('start-went-back')
    cleaned(6, 5)
    expect(anomalies()).toContain('deletion-fell-short')
  })

  it('may be answered late, by a look-up that had begun before the other ended', () => {
    const { history } = scenario
    const slow = history.invoke(writer, 'earliest-offsets', { value: [] })
    scenario.lookUp(surveyor, key, 5)
    history.ok(slow, [{ key, offset: 4 }])
    expect(judge()).toEqual([])
  })

  it('may go back in a crash, and what is read between the two is excused', () => {
    scenario.send(writer, key, sent)
    scenario.lookUp(surveyor, key, 3)
    scenario.lookUp(surveyor, key, 1)
    scenario.assign(surveyor, [key], 'beginning')
    scenario.poll(surveyor, key, [[1, '4.1']])
    readWhatIsLeft([], 4)
    expect(anomalies()).toEqual(['start-went-back', 'read-below-start'])
    expect(anomalies([{ key, fromOffset: 1, endOffset: 3 }])).toEqual([])
    expect(anomalies([{ key, fromOffset: 2, endOffset: 3 }])).toEqual(['start-went-back', 'read-below-start'])
    expect(anomalies([{ key: 'readings-1' as Key, fromOffset: 1, endOffset: 3 }])).toHaveLength(2)
  })

  it('excuses nothing in a workload that keeps everything', () => {
    scenario.send(writer, key, sent)
    readWhatIsLeft([[3, '4.3']], 3)
    const findings = judgeHistory(messaging, scenario.history.operations)
    expect(findings.map(({ anomaly }) => anomaly)).toContain('lost-write')
  })
})

describe('a run in which topics expire', () => {
  const settings = { 'internal.segment.bytes': '600', 'retention.bytes': '700', 'retention.ms': '-1' }
  const topics = [{ name: 'readings', partitions: 1, settings }]
  const at = (atMs: number, actor: string, kind: string, count: number) => ({
    ...{ atMs, actor, kind, count, topic: 'readings', partition: 0 },
  })
  const run = (operations: readonly Omit<PlannedOperation, 'id'>[]) =>
    simulate(expiringEvents, { topics, operations: operations.map((operation, id) => ({ id, ...operation })) }, 1)
  const writing = Array.from({ length: 12 }, (_, burst) => at(200 + burst * 300, 'producer-0', 'send-idempotent', 12))

  it('lets a cleaner delete what is left, as far as it is there', async () => {
    const cleanings = [
      at(1000, 'cleaner', 'delete', 3),
      at(2000, 'cleaner', 'delete-all', 1),
      at(2001, 'cleaner', 'delete', 999),
    ]
    const history = await run([...writing, ...cleanings])
    const ended = history.filter(({ f, type }) => f === 'delete-records' && type !== 'invoke')
    expect(ended.map(({ type, error }) => error ?? type)).toEqual(['ok', 'ok', 'OFFSET_OUT_OF_RANGE'])
    expect(judgeHistory(expiringEvents, history)).toEqual([])
  })

  it('lets a laggard find its position deleted and go on where the log begins', async () => {
    const history = await run([...writing, at(0, 'laggard-0', 'lag', 2), at(3800, 'laggard-0', 'lag', 3)])
    const laggard = history.findLast(({ f, type, process }) => f === 'poll' && type === 'ok' && process === 1)
    const polls = history.filter(
      (operation): operation is OperationOf<'poll'> => operation.f === 'poll' && operation.process === laggard?.process,
    )
    const offsets = polls.flatMap(({ value }) => value.map(({ offset }) => offset))
    const jumps = offsets.slice(1).filter((offset, index) => offset > offsets[index]! + 1)
    expect(jumps).toHaveLength(1)
    expect(judgeHistory(expiringEvents, history)).toEqual([])
  })

  it('leaves what retention keeps, and says where that begins', async () => {
    const history = await run([...writing, at(1000, 'surveyor', 'survey', 2), at(3900, 'surveyor', 'go-back', 2)])
    const earliest = lastEarliestOffsets(history).get('readings-0')
    const offsets = history.flatMap((operation) =>
      operation.f === 'send' && operation.type === 'ok' ? operation.value.map(({ offset }) => offset!) : [],
    )
    expect(earliest).toBeGreaterThan(20)
    expect(earliest).toBeLessThanOrEqual(Math.max(...offsets))
    expect(judgeHistory(expiringEvents, history)).toEqual([])
  })

  it.each([1, 2, 3, 4, 5, 6])(
    'has topics that forget, by size, by time or by hand, in every plan (seed %i)',
    (seed) => {
      const { topics: planned, operations } = expiringEvents.generate(chooseBy(seed), 40)
      const isCleaned = operations.some(({ actor }) => actor === 'cleaner')
      for (const topic of planned) {
        const limits = [topic.settings['retention.bytes'], topic.settings['retention.ms']].map(Number)
        expect(isCleaned || Math.max(...limits) >= 0).toBe(true)
        expect(Number(topic.settings['internal.segment.bytes'])).toBeLessThanOrEqual(3000)
      }
    },
  )
})
