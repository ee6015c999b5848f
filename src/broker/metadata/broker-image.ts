/**
 * A broker's registration in the image: the record of its registration, brought up to date by what came after. Immutable.
 * Always in the newest version of the record, so that equal registrations are equal however old their records are.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'

type RecordOf<T extends MetadataRecord['type']> = Extract<MetadataRecord, { readonly type: T }>

/** A registered broker. Its `brokerEpoch` is the offset of its registration; while `fenced` it serves nobody. */
export type BrokerImage = RecordOf<'RegisterBrokerRecord'>

/** The version that metadata.version 17 (3.7-IV2) and later write. */
const NEWEST_VERSION = 3

export function brokerOf(record: RecordOf<'RegisterBrokerRecord'>): BrokerImage {
  return { ...record, version: NEWEST_VERSION }
}

/** The registration after it was fenced, unfenced, or changed. */
export function changedBroker(
  broker: BrokerImage,
  record: RecordOf<'FenceBrokerRecord' | 'UnfenceBrokerRecord' | 'BrokerRegistrationChangeRecord'>,
): BrokerImage {
  if (record.type === 'FenceBrokerRecord') return { ...broker, fenced: true }
  if (record.type === 'UnfenceBrokerRecord') return { ...broker, fenced: false }
  return {
    ...broker,
    fenced: record.fenced === 0 ? broker.fenced : record.fenced > 0,
    inControlledShutdown: broker.inControlledShutdown || record.inControlledShutdown > 0,
    logDirs: record.logDirs.length === 0 ? broker.logDirs : record.logDirs,
  }
}
