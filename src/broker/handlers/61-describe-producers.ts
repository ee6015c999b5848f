/**
 * DescribeProducers (key 61), version 0: what a replica remembers of each producer of its partition (KIP-664). Any replica
 * answers, be it the leader's or not.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode, errorMessage } from '../../protocol/errors.ts'
import type { DescribeProducersResponseInput } from '../../protocol/messages/61-describe-producers.ts'
import { topicNameProblem } from '../controller/topic-name.ts'
import type { ProducerEntry } from '../log/producer-state.ts'
import { localReplica } from './local-replica.ts'
import { handler, type Services } from './services.ts'

type Answered = DescribeProducersResponseInput['topics'][number]['partitions'][number]

export const handleDescribeProducers = handler(apis.describeProducers, (services, _context, { topics }, answer) => {
  answer({
    topics: topics.map(({ name, partitionIndexes }) => ({
      name,
      partitions: partitionIndexes.map((index) => describe(services, name, index)),
    })),
  })
})

function describe(services: Services, topic: string, index: number): Answered {
  const base = { partitionIndex: index, errorMessage: null }
  const problem = topicNameProblem(topic)
  if (problem !== undefined) {
    const invalid = { errorCode: errorCode.INVALID_TOPIC_EXCEPTION, errorMessage: `Topic name is invalid: ${problem}` }
    return { ...base, ...invalid, activeProducers: [] }
  }
  const partition = localReplica(services, { topic, index, currentLeaderEpoch: -1 }, 'any')
  if (typeof partition === 'number') {
    const why = services.image.topic(topic) === undefined ? errorMessage(partition) : null
    return { ...base, errorCode: partition, errorMessage: why, activeProducers: [] }
  }
  return { ...base, errorCode: errorCode.NONE, activeProducers: partition.log.producers.entries().map(activeProducer) }
}

/** A producer of which a coordinator's marker is all there is has neither sequence nor timestamp. */
function activeProducer(entry: ProducerEntry): Answered['activeProducers'][number] {
  const last = entry.batches.at(-1)
  return {
    ...{ producerId: entry.producerId, producerEpoch: entry.epoch, coordinatorEpoch: entry.coordinatorEpoch },
    ...{ lastSequence: last?.lastSequence ?? -1, lastTimestamp: last?.timestamp ?? -1 },
    currentTxnStartOffset: entry.currentTransactionFirstOffset,
  }
}
