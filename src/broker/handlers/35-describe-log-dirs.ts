/**
 * DescribeLogDirs (key 35), versions 1 to 4: the one log directory of this broker, and how many bytes of segments each
 * replica has in it. The metadata log is not told, as in Kafka. Left out: size and free space of the volume (−1, unknown),
 * which the disk's contract does not tell; replicas that move between directories.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { DescribeLogDirsRequest } from '../../protocol/messages/35-describe-log-dirs.ts'
import type { Partition } from '../replication/partition.ts'
import { handler } from './services.ts'

export const handleDescribeLogDirs = handler(
  apis.describeLogDirs,
  ({ partitions, logDirectoryPath }, _context, { topics: asked }, answer) => {
    const topics = new Map<string, Partition[]>()
    for (const partition of partitions.all()) {
      if (!isAskedFor(asked, partition)) continue
      const known = topics.get(partition.topic)
      if (known === undefined) topics.set(partition.topic, [partition])
      else known.push(partition)
    }
    const described = [...topics].map(([name, replicas]) => ({ name, partitions: replicas.map(describe) }))
    const volume = { totalBytes: -1, usableBytes: -1 }
    const directory = { errorCode: errorCode.NONE, logDir: logDirectoryPath, topics: described, ...volume }
    answer({ errorCode: errorCode.NONE, results: [directory] })
  },
)

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
