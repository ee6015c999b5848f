/** Records: written, read, looked for. */

import fc from 'fast-check'
import { COMPRESSIONS } from '../../../src/protocol/record-batch.ts'
import { FLAWS } from '../batch.ts'
import type { ApiName, Drawn } from '../request.ts'
import {
  body,
  leaderEpoch,
  of,
  oneOf,
  partitionIndex,
  realTopicId,
  some,
  timeoutMs,
  topicId,
  topicName,
} from './pools.ts'

/** Distances from a sequence's base time, in ms; see `symbols.ts` for what is left free. */
const plusMs = oneOf(
  [8, of(0, 1000, 2000, -1000, -5000, 1_000)],
  [1, of(null, -7_200_000, 1_800_000, 7_200_000, -90_000_000, 90_000_000)],
)

const record = body({
  key: oneOf([3, of(null)], [3, of('k', '')]),
  value: oneOf([6, of('v', 'value', '')], [1, of(null, 'w'.repeat(200))]),
  plusMs,
  headers: oneOf([5, of([])], [1, of(['h'], ['h', 'g'])]),
})

const producer = oneOf(
  [3, of(null)],
  [
    3,
    body({
      of: oneOf([5, of(0)], [1, of(1, 4)]),
      epoch: oneOf([8, of(0)], [1, of(1, 2)]),
      sequence: oneOf([6, of(0, 1, 2, 3)], [1, of(-1, 5, 2 ** 31 - 1)]),
    }),
  ],
)

const batch = body({
  $: of('batch'),
  codec: oneOf([4, of('none')], [2, of(...COMPRESSIONS)]),
  records: fc.array(record, { minLength: 1, maxLength: 4 }) as fc.Arbitrary<Drawn>,
  producer,
  flaw: oneOf([6, of(null)], [1, of(...FLAWS)]),
})

const timestamp = oneOf(
  [3, of(-1, -2, -3)],
  [3, of(0, 1000, -1000, 1001, -5000, 1_800_000).map((plus) => ({ $: 'time', plusMs: plus as number }) as const)],
  [2, of(-4, -5, -6)],
  [1, of(0, 1, -7, -100)],
)

const fetchSession = oneOf(
  [4, of({ sessionId: 0, sessionEpoch: -1 })],
  [2, of({ sessionId: 0, sessionEpoch: 0 })],
  [
    3,
    fc
      .tuple(fc.constantFrom(0, 1), fc.constantFrom(1, 2, 3, 0, -1, 9))
      .map(([of, sessionEpoch]) => ({ sessionId: { $: 'session id', of } as const, sessionEpoch })),
  ],
)

const fetchPartition = body({
  partition: partitionIndex,
  currentLeaderEpoch: leaderEpoch,
  fetchOffset: oneOf([5, of(0)], [4, of(1, 2, 3, 4)], [1, of(-1, 5, 100, -2)]),
  lastFetchedEpoch: oneOf([6, of(-1)], [1, of(0, 1)]),
  logStartOffset: of(-1, 0),
  partitionMaxBytes: oneOf([6, of(1_048_576)], [1, of(0, 1, 100, 160)]),
})

const fetch = fc
  .tuple(
    fetchSession,
    body({
      replicaId: oneOf([20, of(-1)], [1, of(-2)]),
      maxWaitMs: oneOf([4, of(0)], [1, of(3, -1)]),
      minBytes: oneOf([4, of(1)], [1, of(0, 100_000, -1)]),
      maxBytes: oneOf([6, of(1_048_576)], [1, of(0, 1, 150)]),
      isolationLevel: of(0, 1),
      topics: some(body({ topic: topicName, topicId: realTopicId, partitions: some(fetchPartition) })),
      forgottenTopicsData: oneOf(
        [5, of([])],
        [1, some(body({ topic: topicName, topicId, partitions: some(partitionIndex) }), 2)],
      ),
      rackId: of('', 'r'),
    }),
  )
  .map(([session, rest]) => ({ ...(rest as object), ...(session as object) }) as Drawn)

export const recordRequests: Partial<Record<ApiName, fc.Arbitrary<Drawn>>> = {
  produce: body({
    transactionalId: of(null),
    acks: oneOf([4, of(-1)], [3, of(1)], [1, of(0)], [1, of(2, -2)]),
    timeoutMs,
    topicData: some(
      body({ name: topicName, topicId, partitionData: some(body({ index: partitionIndex, records: batch })) }),
    ),
  }),
  listOffsets: body({
    replicaId: oneOf([6, of(-1)], [1, of(-2, 1, 7)]),
    isolationLevel: of(0, 1),
    topics: some(
      body({ name: topicName, partitions: some(body({ partitionIndex, currentLeaderEpoch: leaderEpoch, timestamp })) }),
    ),
    timeoutMs,
  }),
  fetch,
  initProducerId: body({
    transactionalId: of(null),
    transactionTimeoutMs: oneOf([4, of(60_000)], [1, of(0, -1, 2 ** 31 - 1)]),
    producerId: oneOf([4, of(-1)], [2, of({ $: 'producer id', of: 0 }, { $: 'producer id', of: 3 }, 0)]),
    producerEpoch: oneOf([4, of(-1)], [2, of(0, 1, 32_767)]),
  }),
}
