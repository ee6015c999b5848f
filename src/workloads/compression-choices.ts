/**
 * Which codecs a plan uses: of producers, and of topics that keep their batches in one way whatever they are sent.
 *
 * Half of the producers send as they always did, and most topics keep what comes; the rest takes all the codecs there are, so
 * that batches of all kinds lie beside each other in one partition, and some are compressed anew by the broker.
 */

import type { Compression } from '../protocol/record-batch.ts'
import type { Choose } from './workload.ts'

const ofProducers: readonly Compression[] = ['none', 'none', 'none', 'none', 'gzip', 'snappy', 'lz4', 'zstd']
const ofTopics = ['producer', 'producer', 'producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd']

/** The codec of a producer, by its place among its plan's; nothing where it does not compress. */
export function chooseCompression(choose: Choose, ordinal: number): { readonly compression?: Compression } {
  const compression = ofProducers[choose('producer-compression', ordinal, ofProducers.length)]!
  return compression === 'none' ? {} : { compression }
}

/** The setting of a topic, by its place among its plan's; nothing where it keeps what comes. */
export function chooseTopicCompression(choose: Choose, ordinal: number): Readonly<Record<string, string>> {
  const type = ofTopics[choose('topic-compression', ordinal, ofTopics.length)]!
  return type === 'producer' ? {} : { 'compression.type': type }
}
