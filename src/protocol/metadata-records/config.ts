/**
 * ConfigRecord (type 4): one dynamic setting of a resource gets a value, or loses it.
 *
 * Version 0 only. The resource type is Kafka's: 2 a topic, 4 a broker (an empty name stands for all brokers).
 */

import { int8, message, string } from '../schema.ts'

/** The record's schema. `value` null takes the setting away, so that its default counts again. */
export const configRecord = message(
  { name: 'ConfigRecord', apiKey: 4, versions: '0', flexible: '0+' },
  {
    resourceType: int8({ versions: '0+' }),
    resourceName: string({ versions: '0+' }),
    name: string({ versions: '0+' }),
    value: string({ versions: '0+', nullable: '0+' }),
  },
)
