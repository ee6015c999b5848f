/** Log directories of brokers, by their ids: which one a new replica lies in, and ids that are none. KIP-858. */

import type { Uuid } from '../../protocol/uuid.ts'
import type { ClusterState } from './cluster-state.ts'

/** Uuid(0, 1): the broker has not said yet in which of its directories a replica lies. */
const UNASSIGNED_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAQ' as Uuid

/** Uuid(0, 0) to Uuid(0, 99) mean something else, or may once. */
export function isReservedDirectory(id: Uuid): boolean {
  return RESERVED.test(id)
}

// The last byte is spread over two letters: 24 fours and 3 are 99.
const RESERVED = /^A{20}[A-Y][AQgw]$/

/** Uuid(0, 0): the directory was not known to a cluster that is being upgraded. */
const MIGRATING_DIRECTORY = 'AAAAAAAAAAAAAAAAAAAAAA' as Uuid

/** Whether the directory can be used, as far as what its broker said of its directories goes. */
export function isOnlineDirectory(directory: Uuid, { logDirs }: { readonly logDirs: readonly Uuid[] }): boolean {
  if (directory === UNASSIGNED_DIRECTORY || directory === MIGRATING_DIRECTORY) return true
  return !isReservedDirectory(directory) && (logDirs.length === 0 || logDirs.includes(directory))
}

/** Where a new replica lies: in the broker's directory, where it has one only. */
export function directoryOf(state: ClusterState, brokerId: number): Uuid {
  const directories = state.broker(brokerId)?.logDirs ?? []
  return directories.length === 1 ? directories[0]! : UNASSIGNED_DIRECTORY
}
