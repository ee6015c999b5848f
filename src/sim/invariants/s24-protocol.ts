/**
 * S24: every response parses at the negotiated version, correlation ids come in order on each connection, acks=0 gets no
 * response. The wire tap finds the breaches; here they get their name. Source: Kafka protocol guide.
 */

import type { Invariant } from './invariant.ts'

export const PROTOCOL: Invariant = { name: 'S24 protocol', source: 'Kafka protocol guide' }
