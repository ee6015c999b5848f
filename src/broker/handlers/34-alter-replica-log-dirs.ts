/**
 * AlterReplicaLogDirs (key 34), versions 1 to 2: a replica shall lie in that log directory of its broker (KIP-113). A broker
 * has one: what lies in it stays, and there is no other to move to.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import { handler, type Services } from './services.ts'

/** What file systems take, as Kafka has it. */
const NAME_LENGTH_MAX = 255

export const handleAlterReplicaLogDirs = handler(apis.alterReplicaLogDirs, (services, _context, { dirs }, answer) => {
  const paths = new Map<string, Map<number, string>>()
  for (const { path, topics } of dirs) {
    for (const { name, partitions } of topics) {
      if (partitions.length === 0) continue
      const wanted = paths.get(name) ?? new Map<number, string>()
      paths.set(name, wanted)
      // Where a partition is asked for more than once, what is asked for last is what is meant.
      for (const partitionIndex of partitions) wanted.set(partitionIndex, path)
    }
  }
  const results = [...paths].map(([topicName, wanted]) => ({
    topicName,
    partitions: [...wanted].map(([partitionIndex, path]) => ({
      partitionIndex,
      errorCode: codeOf(services, path, topicName, partitionIndex),
    })),
  }))
  answer({ results })
})

/** How long the name of a replica's directory is while it moves: the topic, the partition, an id, and what it is. */
function futureNameLength(topic: string, index: number): number {
  return `${topic}-${index}.`.length + 32 + '-future'.length
}

function codeOf(
  { partitions, image, logDirectoryPath }: Services,
  path: string,
  topic: string,
  index: number,
): ErrorCode {
  if (futureNameLength(topic, index) > NAME_LENGTH_MAX) return errorCode.INVALID_TOPIC_EXCEPTION
  if (path !== logDirectoryPath) return errorCode.LOG_DIR_NOT_FOUND
  if (partitions.get(topic, index) !== undefined) return errorCode.NONE
  const isElsewhere = image.topic(topic)?.partitions[index] !== undefined
  return isElsewhere ? errorCode.REPLICA_NOT_AVAILABLE : errorCode.UNKNOWN_TOPIC_OR_PARTITION
}
