/**
 * NoOpRecord (type 20): nothing. An idle controller writes it so that the log's end tells how far behind a replica is
 * (KIP-835).
 *
 * Version 0 only.
 */

import { message } from '../schema.ts'

/** The record's schema. */
export const noOpRecord = message({ name: 'NoOpRecord', apiKey: 20, versions: '0', flexible: '0+' }, {})
