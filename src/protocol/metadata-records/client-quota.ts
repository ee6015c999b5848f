/**
 * ClientQuotaRecord (type 14): a quota of a client entity is set, or taken away (KIP-546).
 *
 * Version 0 only. An entity is a set of types (`user`, `client-id`, `ip`) with a name each.
 */

import { array, bool, float64, message, string } from '../schema.ts'

/**
 * The record's schema. `entityName` null stands for the default of its type; `value` is nothing where `remove` is true.
 */
export const clientQuotaRecord = message(
  { name: 'ClientQuotaRecord', apiKey: 14, versions: '0', flexible: '0+' },
  {
    entity: array(
      {
        entityType: string({ versions: '0+' }),
        entityName: string({ versions: '0+', nullable: '0+' }),
      },
      { versions: '0+' },
    ),
    key: string({ versions: '0+' }),
    value: float64({ versions: '0+' }),
    remove: bool({ versions: '0+' }),
  },
)
