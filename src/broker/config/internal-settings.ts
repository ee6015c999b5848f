/**
 * Settings that no operator wants: bounds that are reached soon only where a test or a simulation makes them small. Part of
 * `brokerSettings`; their names begin as Kafka's own internal ones do, and DescribeConfigs tells them only where they are set.
 */

import type { Setting } from './setting.ts'

/** Not Kafka's. */
export const internalSettings = {
  'internal.metadata.batch.records': {
    type: 'int',
    default: 500,
    min: 1,
    isInternal: true,
    doc: 'Metadata records in one batch; a decision of more is a transaction of several (KIP-868), an event each, so that nothing else waits long.',
  },
} as const satisfies Readonly<Record<string, Omit<Setting, 'name'>>>
