/**
 * AccessControlEntryRecord (type 18): an entry of the access control list exists (KIP-801).
 *
 * Version 0 only. The numbers are those of Kafka's enumerations of resource types, patterns, operations, permissions.
 */

import { int8, message, string, uuid } from '../schema.ts'

/** The record's schema. */
export const accessControlEntryRecord = message(
  { name: 'AccessControlEntryRecord', apiKey: 18, versions: '0', flexible: '0+' },
  {
    id: uuid({ versions: '0+' }),
    resourceType: int8({ versions: '0+' }),
    resourceName: string({ versions: '0+' }),
    patternType: int8({ versions: '0+' }),
    principal: string({ versions: '0+' }),
    host: string({ versions: '0+' }),
    operation: int8({ versions: '0+' }),
    permissionType: int8({ versions: '0+' }),
  },
)
