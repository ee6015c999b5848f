import { expect, test } from 'vitest'
import type { SendOutcome } from '../../../src/client/producer-batch.ts'
import { errorCode } from '../../../src/protocol/errors.ts'
import { ascii, type ProduceScript, ScriptedCluster } from './scripted-cluster.ts'

const partitionCount = 3
const recordCount = 120

/** What a right broker may do to an attempt: nothing is appended where the answer proves that. */
const scripts: readonly ProduceScript[] = [
  { append: true, answer: 'lose' },
  { append: false, answer: 'lose' },
  { append: true, answer: 'silence' },
  { append: false, answer: 'silence' },
  { append: true, answer: errorCode.REQUEST_TIMED_OUT },
  { append: true, answer: errorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND },
  { append: true, answer: errorCode.NOT_LEADER_OR_FOLLOWER },
  { append: false, answer: errorCode.NOT_LEADER_OR_FOLLOWER },
  { append: false, answer: errorCode.NOT_ENOUGH_REPLICAS },
  { append: false, answer: errorCode.INVALID_RECORD },
  { append: true, answer: errorCode.UNKNOWN_SERVER_ERROR },
]

interface Sent {
  readonly value: string
  readonly partition: number
  readonly outcome: SendOutcome
}

/** Sends records for some seconds while answers get lost, leaders move and the network breaks; then nothing breaks. */
async function sendUnderFaults(seed: number): Promise<{ cluster: ScriptedCluster; sent: readonly Sent[] }> {
  const cluster = new ScriptedCluster(3, seed)
  const draw = cluster.machines.draws.of('test', 0, 0)
  let ordinal = 0
  const below = (bound: number) => draw.below(bound, ordinal++)
  const logs = cluster.addTopic('t', partitionCount)
  const producer = cluster
    .client({ requestTimeoutMs: 800, socketConnectionSetupTimeoutMs: 500 })
    .producer({ deliveryTimeoutMs: 3000, lingerMs: 2, maxBlockMs: 3000 })
  const { network, loop } = cluster.machines
  network.judge = {
    onConnect: () => (below(30) === 0 ? { kind: 'refuse' } : undefined),
    onSend: () => {
      const drawn = below(150)
      if (drawn < 2) return { kind: 'delay', us: 1000 * below(2500) }
      if (drawn < 4) return { kind: 'stall', untilUs: loop.nowUs + 1000 * below(5000) }
      return drawn === 4 ? { kind: 'resetAfter' } : undefined
    },
  }
  const sends: Promise<Sent>[] = []
  for (let index = 0; index < recordCount; index++) {
    const partition = below(partitionCount)
    const value = `${seed}.${index}`
    sends.push(
      producer.send({ topic: 't', partition, value: ascii(value) }).then((outcome) => ({ value, partition, outcome })),
    )
    if (below(4) === 0) cluster.script(logs[below(partitionCount)]!, scripts[below(scripts.length)]!)
    if (below(12) === 0) {
      const log = logs[below(partitionCount)]!
      log.leader = 1 + below(3)
      log.leaderEpoch++
    }
    if (below(25) === 0) network.resetConnections({ to: 1 + below(3) })
    await cluster.pass(below(40))
  }
  network.judge = undefined
  const sent = await cluster.until(Promise.all(sends))
  // What was held in the network for long arrives now, if it ever does.
  await cluster.pass(20_000)
  return { cluster, sent }
}

test.each(Array.from({ length: 40 }, (_, index) => index + 1))(
  'under faults (seed %i) records are in the log at most once, in order, and where their outcomes say',
  async (seed) => {
    const { cluster, sent } = await sendUnderFaults(seed)
    for (let partition = 0; partition < partitionCount; partition++) {
      const { values } = cluster.log('t', partition)
      const mine = sent.filter((each) => each.partition === partition)
      expect(new Set(values).size, 'no value is there twice').toBe(values.length)
      const order = mine.map(({ value }) => value)
      const places = values.map((value) => order.indexOf(value))
      expect(places, 'the order is that of the sends').toEqual([...places].sort((left, right) => left - right))
      for (const { value, outcome } of mine) {
        if (outcome.kind === 'acknowledged')
          expect(values.indexOf(value), value).toBe(outcome.offset ?? values.indexOf(value))
        else if (outcome.certainty === 'definite') expect(values, outcome.message).not.toContain(value)
      }
      for (const { value, outcome } of mine) if (outcome.kind === 'acknowledged') expect(values).toContain(value)
    }
  },
)

test('faults as they are drawn here lead to every kind of outcome', async () => {
  const kinds = new Set<string>()
  for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
    const { sent } = await sendUnderFaults(seed)
    for (const { outcome } of sent)
      kinds.add(outcome.kind === 'failed' ? `${outcome.error}/${outcome.certainty}` : 'ok')
  }
  expect([...kinds]).toEqual(
    expect.arrayContaining([
      'ok',
      'DELIVERY_TIMED_OUT/definite',
      'DELIVERY_TIMED_OUT/indefinite',
      'INVALID_RECORD/definite',
      'UNKNOWN_SERVER_ERROR/indefinite',
    ]),
  )
})
