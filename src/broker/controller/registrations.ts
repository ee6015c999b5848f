/**
 * Who has registered: brokers, with what they said of themselves and whether they may lead, and controllers.
 * Folded from RegisterBroker, BrokerRegistrationChange and RegisterController records; the values are never changed.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { Uuid } from '../../protocol/uuid.ts'

type RecordOf<T extends MetadataRecord['type']> = Extract<MetadataRecord, { readonly type: T }>

/** Where a node listens. */
export interface Endpoint {
  readonly name: string
  readonly host: string
  readonly port: number
  /** Kafka's number: 0 is PLAINTEXT. */
  readonly securityProtocol: number
}

/** The levels of a feature that a node can work with, both inclusive. */
export interface FeatureRange {
  readonly name: string
  readonly minSupportedVersion: number
  readonly maxSupportedVersion: number
}

export interface BrokerRegistration {
  readonly brokerId: number
  /** Of this registration; larger than of every earlier one of the same broker. */
  readonly epoch: number
  /** Where the latest record of the registration lies in the metadata log. A broker that has it knows itself. */
  readonly registrationOffset: number
  readonly incarnationId: Uuid
  readonly endPoints: readonly Endpoint[]
  readonly features: readonly FeatureRange[]
  readonly rack: string | null
  readonly logDirs: readonly Uuid[]
  /** A fenced broker leads nothing. */
  readonly fenced: boolean
  readonly inControlledShutdown: boolean
}

export interface ControllerRegistration {
  readonly controllerId: number
  readonly incarnationId: Uuid
  readonly endPoints: readonly Endpoint[]
  readonly features: readonly FeatureRange[]
}

/** The registration that a record at `offset` makes. */
export function registrationOf(record: RecordOf<'RegisterBrokerRecord'>, offset: number): BrokerRegistration {
  const { brokerId, brokerEpoch: epoch, incarnationId, endPoints, features, rack, logDirs } = record
  const { fenced, inControlledShutdown } = record
  return {
    ...{ brokerId, epoch, registrationOffset: offset, incarnationId, endPoints, features, rack, logDirs },
    ...{ fenced, inControlledShutdown },
  }
}

/** The registration after a change. */
export function changedRegistration(
  registration: BrokerRegistration,
  change: RecordOf<'BrokerRegistrationChangeRecord'>,
): BrokerRegistration {
  return {
    ...registration,
    fenced: change.fenced === 0 ? registration.fenced : change.fenced === FENCE,
    inControlledShutdown: registration.inControlledShutdown || change.inControlledShutdown === 1,
    // An empty list says nothing: a broker with no directory left halts by itself.
    logDirs: change.logDirs.length === 0 ? registration.logDirs : change.logDirs,
  }
}

/** Values of `fenced` in a BrokerRegistrationChange record; 0 changes nothing. */
export const FENCE = 1
export const UNFENCE = -1

/** Whether a broker may lead and be added to an ISR. */
export function isActive(registration: BrokerRegistration | undefined): boolean {
  return registration !== undefined && !registration.fenced && !registration.inControlledShutdown
}
