/**
 * `quorum-state`: the epoch, vote and leader that this node knows, which must survive every crash. One line of JSON, in
 * the form for static voters (data_version 0, with the voters in it); the form for dynamic voters (data_version 1) is
 * read too. Replaced whole and durably before what it says is used. Raft §5.2, KIP-595, KIP-853.
 */

import type { Uuid } from '../../protocol/uuid.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import type { DiskError } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { decodeText, textBytes } from '../log/checkpoint-text.ts'
import { joinPath, readWhole, replaceFile } from '../log/files.ts'
import { METADATA_DIRECTORY } from '../log/log-directory.ts'
import { DirectoryError } from '../log/meta-properties.ts'
import type { ElectionState } from './raft/raft-state.ts'

const FILE = 'quorum-state'

/** The state; undefined where this node has never taken part. @throws {DirectoryError} where the file cannot be read. */
export async function readQuorumState(world: World): Promise<ElectionState | undefined> {
  const bytes = await readWhole(world, joinPath(METADATA_DIRECTORY, FILE))
  if (bytes === undefined) return undefined
  const fields = parse(decodeText(bytes) ?? '')
  const [epoch, leaderId, votedId] = [fields?.['leaderEpoch'], fields?.['leaderId'], fields?.['votedId']]
  if (!isId(epoch, 0) || !isId(leaderId, -1) || !isId(votedId ?? -1, -1)) {
    throw new DirectoryError(
      `${METADATA_DIRECTORY}/${FILE} cannot be read; without it this voter could vote twice in one epoch: restore it or rebuild the node`,
    )
  }
  const directoryId =
    typeof fields?.['votedDirectoryId'] === 'string' ? (fields['votedDirectoryId'] as Uuid) : ZERO_UUID
  const voted = (votedId ?? -1) as number
  return { epoch, leaderId, votedFor: voted < 0 ? undefined : { id: voted, directoryId } }
}

/** Replaces the state; `done` once it is there for good. */
export function writeQuorumState(
  world: World,
  clusterId: string,
  voters: readonly number[],
  { epoch, leaderId, votedFor }: ElectionState,
  done: (error: DiskError | undefined) => void,
): void {
  const state = {
    ...{ clusterId, leaderId, leaderEpoch: epoch, votedId: votedFor?.id ?? -1, appliedOffset: 0 },
    currentVoters: voters.map((voterId) => ({ voterId })),
    data_version: 0,
  }
  replaceFile(world.disk, METADATA_DIRECTORY, FILE, textBytes(JSON.stringify(state)), done)
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isId(value: unknown, min: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= 0x7fff_ffff
}
