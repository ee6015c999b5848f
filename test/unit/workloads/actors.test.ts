import { describe, expect, it } from 'vitest'
import { activityTracking } from '../../../src/workloads/activity-tracking.ts'
import { checkHistory } from '../../../src/workloads/checker/check-history.ts'
import type { OperationOf } from '../../../src/workloads/history/operation.ts'
import { messaging } from '../../../src/workloads/messaging.ts'
import type { PlannedOperation } from '../../../src/workloads/workload.ts'
import { UnknownOperationKind } from '../../../src/workloads/workload-errors.ts'
import { simulate } from './simulated-run.ts'

const topics = [{ name: 'clicks', partitions: 1, settings: {} }]
const base = { topic: 'clicks', partition: 0, count: 3 }

async function run(workload: typeof messaging, operations: readonly Omit<PlannedOperation, 'id'>[]) {
  const numbered = operations.map((operation, id) => ({ id, ...operation }))
  const history = await simulate(workload, { topics, operations: numbered }, 1)
  const sends = history.filter((operation): operation is OperationOf<'send'> => operation.f === 'send')
  return { history, sends, ends: sends.filter(({ type }) => type !== 'invoke') }
}

describe('an actor', () => {
  it('never knows what became of records sent with acks=0, and goes on as another process each time', async () => {
    const operation = { ...base, atMs: 0, actor: 'tracker-0', kind: 'send-none' }
    const { ends, history } = await run(activityTracking, [operation, operation])
    expect(ends.map(({ type, error }) => [type, error])).toEqual([
      ['info', 'acks=0'],
      ['info', 'acks=0'],
    ])
    expect(new Set(ends.map(({ process }) => process)).size).toBe(2)
    expect(checkHistory(history)).toEqual([])
  })

  it('records each style of acknowledgement as what it is', async () => {
    const kinds = ['send-idempotent', 'send-all', 'send-leader', 'send-none']
    const { sends } = await run(
      activityTracking,
      kinds.map((kind) => ({ ...base, kind, atMs: 0, actor: kind })),
    )
    const styles = sends.filter(({ type }) => type === 'invoke').map(({ acks, idempotent }) => `${acks} ${idempotent}`)
    expect(styles.sort()).toEqual(['0 false', '1 false', 'all false', 'all true'])
  })

  it('begins no operation before its time', async () => {
    const { sends } = await run(messaging, [
      { ...base, atMs: 40, actor: 'writer-0', kind: 'send' },
      { ...base, atMs: 1500, actor: 'writer-0', kind: 'send' },
    ])
    const [first, second] = sends.filter(({ type }) => type === 'invoke')
    expect(first?.timeUs).toBeGreaterThanOrEqual(40_000)
    expect(second?.timeUs).toBeGreaterThanOrEqual(1_500_000)
    expect(second?.timeUs).toBeLessThan(1_600_000)
  })

  it('reports an event to a topic that nobody has created as failed for certain', async () => {
    const { ends } = await run(activityTracking, [
      { ...base, topic: 'absent', atMs: 0, actor: 'tracker-0', kind: 'send-idempotent' },
    ])
    expect(ends.map(({ type }) => type)).toEqual(['fail'])
  })

  it('sends a message again that certainly failed, each time as a new record', async () => {
    const { ends } = await run(messaging, [{ ...base, topic: 'absent', atMs: 0, actor: 'writer-0', kind: 'send' }])
    expect(ends.map(({ type }) => type)).toEqual(['fail', 'fail', 'fail', 'fail', 'fail'])
    expect(ends.map(({ value }) => String(value[0]?.value).split('@')[0])).toEqual([
      ...['0.0', '0.0r1', '0.0r2', '0.0r3', '0.0r4'],
    ])
  })

  it('uses a topic that it created while the run goes on, and reads it at the end', async () => {
    const created = 'campaign-0-kind-3'
    const { history, ends } = await run(activityTracking, [
      { ...base, topic: created, atMs: 0, actor: 'admin', kind: 'create-topic' },
      { ...base, topic: created, partition: 2, atMs: 500, actor: 'tracker-0', kind: 'send-idempotent' },
    ])
    expect(ends.map(({ type }) => type)).toEqual(['ok'])
    const read = history.flatMap((operation) => (operation.f === 'poll' ? operation.value : []))
    expect(read.map(({ key }) => key)).toEqual([`${created}-2`, `${created}-2`, `${created}-2`])
  })

  it.each([activityTracking, messaging])('does not guess what an unknown operation means ($name)', async (workload) => {
    const strange = run(workload, [{ ...base, atMs: 0, actor: 'someone', kind: 'dance' }])
    await expect(strange).rejects.toThrow(UnknownOperationKind)
  })
})
