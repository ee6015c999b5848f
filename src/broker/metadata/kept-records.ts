/**
 * Records of things that nothing is served of yet: access rules, SCRAM credentials, quotas, delegation tokens. The image
 * keeps them under a key, so that they outlive a snapshot and the day they are served finds them.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'

type RecordOf<T extends MetadataRecord['type']> = Extract<MetadataRecord, { readonly type: T }>

export type KeptRecord = RecordOf<
  | 'AccessControlEntryRecord'
  | 'RemoveAccessControlEntryRecord'
  | 'UserScramCredentialRecord'
  | 'RemoveUserScramCredentialRecord'
  | 'ClientQuotaRecord'
  | 'DelegationTokenRecord'
  | 'RemoveDelegationTokenRecord'
>

/** What to do with a record: keep it under a key, or forget what is kept there. */
export interface Keeping {
  /** Tells the types apart; also for people. */
  readonly key: string
  readonly isRemoved: boolean
  /** Whether removing what is not there contradicts the log, as Kafka has it. */
  readonly mustExist: boolean
}

export function keepingOf(record: KeptRecord): Keeping {
  switch (record.type) {
    case 'AccessControlEntryRecord':
      return { key: `access rule ${record.id}`, isRemoved: false, mustExist: false }
    case 'RemoveAccessControlEntryRecord':
      return { key: `access rule ${record.id}`, isRemoved: true, mustExist: true }
    case 'UserScramCredentialRecord':
    case 'RemoveUserScramCredentialRecord': {
      const isRemoved = record.type === 'RemoveUserScramCredentialRecord'
      return { key: `SCRAM credential ${record.mechanism} of ${record.name}`, isRemoved, mustExist: false }
    }
    case 'DelegationTokenRecord':
    case 'RemoveDelegationTokenRecord': {
      const isRemoved = record.type === 'RemoveDelegationTokenRecord'
      return { key: `delegation token ${record.tokenId}`, isRemoved, mustExist: false }
    }
    case 'ClientQuotaRecord':
      return { key: `quota ${quotaKey(record)}`, isRemoved: record.remove, mustExist: false }
  }
}

/** An entity is a set of typed names: the order in which a record lists them does not matter. */
function quotaKey({ entity, key }: RecordOf<'ClientQuotaRecord'>): string {
  const parts = entity.map(({ entityType, entityName }) => JSON.stringify([entityType, entityName]))
  return `${key} of ${parts.sort().join(' ')}`
}

/** The record with bytes of its own: decoded ones are views of a batch whose buffer goes on to other uses. */
export function ownedRecord(record: KeptRecord): KeptRecord {
  if (record.type !== 'UserScramCredentialRecord') return record
  const { salt, storedKey, serverKey } = record
  return { ...record, salt: salt.slice(), storedKey: storedKey.slice(), serverKey: serverKey.slice() }
}
