/**
 * AlterReplicaLogDirs (key 34), versions 1 to 2: a replica shall lie in that log directory of its broker (KIP-113). A broker
 * has one: what lies in it stays, and there is no other to move to.
 */

import { apis } from '../../protocol/apis.ts'
import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import { handler, type Services } from './services.ts'

export const handleAlterReplicaLogDirs = handler(apis.alterReplicaLogDirs, (services, _context, { dirs }, answer) => {
  const results = new Map<string, { partitionIndex: number; errorCode: ErrorCode }[]>()
  for (const { path, topics } of dirs) {
    for (const { name, partitions } of topics) {
      const answered = results.get(name) ?? []
      results.set(name, answered)
      for (const partitionIndex of partitions) {
        answered.push({ partitionIndex, errorCode: codeOf(services, path, name, partitionIndex) })
      }
    }
  }
  answer({ results: [...results].map(([topicName, partitions]) => ({ topicName, partitions })) })
})

function codeOf(
  { partitions, image, logDirectoryPath }: Services,
  path: string,
  topic: string,
  index: number,
): ErrorCode {
  if (path !== logDirectoryPath) return errorCode.LOG_DIR_NOT_FOUND
  if (partitions.get(topic, index) !== undefined) return errorCode.NONE
  const isElsewhere = image.topic(topic)?.partitions[index] !== undefined
  return isElsewhere ? errorCode.REPLICA_NOT_AVAILABLE : errorCode.UNKNOWN_TOPIC_OR_PARTITION
}
