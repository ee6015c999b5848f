/**
 * DescribeLogDirs (key 35), versions 1 to 4: the one log directory of this broker, and how many bytes of segments each
 * replica has in it. The metadata log is not told, as in Kafka. From version 4 on the size and what is left of the volume
 * (KIP-827; −1 where it is not known). Left out: replicas that move between directories.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { DescribeLogDirsRequest } from '../../protocol/messages/35-describe-log-dirs.ts'
import type { DiskVolume } from '../../world/disk.ts'
import type { Partition } from '../replication/partition.ts'
import type { Partitions } from '../replication/partitions.ts'
import { handler } from './services.ts'

export const handleDescribeLogDirs = handler(
  apis.describeLogDirs,
  ({ world, partitions, logDirectoryPath }, _context, { topics: asked }, answer) => {
    world.disk.measure((error, volume = UNKNOWN_VOLUME) => {
      const code = error === undefined ? errorCode.NONE : errorCode.KAFKA_STORAGE_ERROR
      const topics = error === undefined ? describedTopics(partitions, asked) : []
      answer({
        errorCode: errorCode.NONE,
        results: [{ errorCode: code, logDir: logDirectoryPath, topics, ...volume }],
      })
    })
  },
)

const UNKNOWN_VOLUME: DiskVolume = { totalBytes: -1, usableBytes: -1 }

function describedTopics(partitions: Partitions, asked: DescribeLogDirsRequest['topics']) {
  const topics = new Map<string, Partition[]>()
  for (const partition of partitions.all()) {
    if (!isAskedFor(asked, partition)) continue
    const known = topics.get(partition.topic)
    if (known === undefined) topics.set(partition.topic, [partition])
    else known.push(partition)
  }
  return [...topics].map(([name, replicas]) => ({ name, partitions: replicas.map(describe) }))
}

function isAskedFor(asked: DescribeLogDirsRequest['topics'], { topic, index }: Partition): boolean {
  return asked === null || asked.some((one) => one.topic === topic && one.partitions.includes(index))
}

function describe({ index, log, highWatermark }: Partition) {
  return {
    partitionIndex: index,
    partitionSize: log.segments.reduce((sum, { bytes }) => sum + bytes, 0),
    offsetLag: Math.max(highWatermark - log.endOffset, 0),
    isFutureKey: false,
  }
}
