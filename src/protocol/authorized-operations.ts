/**
 * Authorized operations: bits that tell what a client may do with a topic or the cluster (KIP-430). Which bit means what
 * is for whoever authorizes.
 */

/** Operations that were not asked for: the smallest int32. */
export const NO_AUTHORIZED_OPERATIONS = -0x8000_0000

/** Everything that can be done to a topic: read, write, create, delete, alter, describe, and the two of its settings. */
export const ALL_TOPIC_OPERATIONS = 0b1101_1111_1000

/** Everything that can be done to a cluster: create, alter, describe, act as a node, its settings, idempotent writes. */
export const ALL_CLUSTER_OPERATIONS = 0b1_1111_1010_0000
