/**
 * ZkMigrationStateRecord (type 21): how far the migration from ZooKeeper was (KIP-866).
 *
 * Version 0 only. Kafka 4.x migrates nothing any more, but a log that began before it has them.
 */

import { int8, message } from '../schema.ts'

/** The record's schema. 0 none, 1 migration, 2 before it, 3 after it. */
export const zkMigrationStateRecord = message(
  { name: 'ZkMigrationStateRecord', apiKey: 21, versions: '0', flexible: '0+' },
  {
    zkMigrationState: int8({ versions: '0+' }),
  },
)
