/**
 * Authorized operations: bits that tell what a client may do with a topic or the cluster (KIP-430). Which bit means what
 * is for whoever authorizes.
 */

/** Operations that were not asked for: the smallest int32. */
export const NO_AUTHORIZED_OPERATIONS = -0x8000_0000
