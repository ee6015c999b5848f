/**
 * The differences that are accepted, each with its reason. An error code is never among them. Whoever adds a line says
 * why no client can stumble over it.
 */

import { brokerSetting } from '../../src/broker/config/broker-settings.ts'
import { topicSetting } from '../../src/broker/config/topic-settings.ts'
import { ABSENT, type Difference } from './compare.ts'
import type { ApiName } from './request.ts'

/** What a difference was found in; `state` is what is read after a sequence. */
export interface Place extends Difference {
  readonly api: ApiName | 'state'
  readonly version: number
  /** The whole sequence, as JSON. */
  readonly sequence: string
}

export interface AcceptedDifference {
  readonly name: string
  readonly reason: string
  readonly covers: (place: Place) => boolean
}

export const acceptedDifferences: readonly AcceptedDifference[] = [
  {
    name: 'words of errors',
    reason: 'Texts are for people; programs go by codes. Where one says nothing the other says nothing.',
    covers: ({ path, samsa, apache }) =>
      /(^|\.)errorMessage$/.test(path) && typeof samsa === 'string' && typeof apache === 'string',
  },
  {
    name: 'what is said of a batch that is refused',
    reason: 'A text or none, beside the same code: Kafka has one for some of the wrong batches, samsa for others.',
    covers: ({ api, path, samsa, apache }) =>
      api === 'produce' && /\.(errorMessage|batchIndexErrorMessage)$/.test(path) && isText(samsa) && isText(apache),
  },
  {
    name: 'the bytes of what a broker compressed itself',
    reason: 'Another compressor writes other bytes; what they decompress to is compared, and is equal.',
    covers: ({ path, sequence }) => path.endsWith('].kept') && sequence.includes('"compression.type"'),
  },
  {
    name: 'settings that are not served',
    reason: 'samsa lists the settings that it obeys: one that is listed and does nothing would be a lie.',
    covers: ({ path, samsa }) => {
      const name = /configs\[([^\]]*)\]$/.exec(path)?.[1]
      return (
        samsa === ABSENT && name !== undefined && topicSetting(name) === undefined && brokerSetting(name) === undefined
      )
    },
  },
  {
    name: 'APIs that are not served',
    reason: 'ApiVersions tells which there are, and that is what clients go by.',
    covers: ({ api, path, samsa }) => api === 'apiVersions' && samsa === ABSENT && /apiKeys\[\d+\]$/.test(path),
  },
  {
    name: 'features that are not served',
    reason: 'ApiVersions tells which there are, and that is what clients go by.',
    covers: ({ api, path, samsa }) =>
      api === 'apiVersions' && samsa === ABSENT && /^answer\.(supported|finalized)Features\[[^\]]*\]$/.test(path),
  },
  {
    name: 'levels of metadata.version that are not served',
    reason: 'samsa has the one at which both are; ApiVersions tells the range.',
    covers: ({ api, path }) =>
      api === 'apiVersions' && /^answer\.supportedFeatures\[metadata\.version\]\.(min|max)Version$/.test(path),
  },
  {
    name: 'defaults of what a node is',
    reason: 'Kafka does not start without them; samsa does, as a node alone.',
    covers: ({ path, apache }) => /configs\[(node\.id|process\.roles)\]\.synonyms\[/.test(path) && apache === ABSENT,
  },
  {
    name: 'the addresses of the quorum',
    reason: 'A node alone needs no address of a controller to be started.',
    covers: ({ api, path, samsa }) =>
      path.includes('configs[controller.quorum.voters]') ||
      (api === 'describeQuorum' && /^answer\.nodes\[/.test(path) && samsa === ABSENT),
  },
  {
    name: 'how far the metadata log is',
    reason: 'Each has its own, in which other records stand.',
    covers: ({ api, path }) => api === 'describeQuorum' && /\.(leaderEpoch|highWatermark|logEndOffset)$/.test(path),
  },
  {
    name: 'what can be changed while the broker runs',
    reason: 'Kafka can change more settings of a broker than samsa, which says of each whether it can.',
    covers: ({ api, path, samsa }) => api === 'describeConfigs' && /\]\.readOnly$/.test(path) && samsa === true,
  },
  {
    name: 'the largest timestamp of what is deleted',
    reason:
      'Kafka may name a record (-3) below the start of the log, which nobody can read any more; samsa one that is there.',
    covers: ({ api, path, samsa, apache, sequence }) =>
      api === 'listOffsets' &&
      (path.endsWith('.offset')
        ? samsa === -1 || Number(apache) < Number(samsa)
        : /\.(timestamp|leaderEpoch)$/.test(path)) &&
      sequence.includes('"timestamp":-3') &&
      sequence.includes('"deleteRecords"'),
  },
  {
    name: 'descriptions of settings',
    reason: 'They are told in other words, for people.',
    covers: ({ path, samsa, apache }) => /\]\.documentation$/.test(path) && isText(samsa) && isText(apache),
  },
]

function isText(value: unknown): boolean {
  return value === null || typeof value === 'string'
}
