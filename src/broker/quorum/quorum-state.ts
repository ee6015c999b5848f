/**
 * `quorum-state`: the epoch and vote of this voter, which must survive every crash. One line of JSON, in the form for
 * static voters (data_version 0). Replaced whole and durably before the epoch is used. Raft §5.2, KIP-595.
 */

import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { decodeText, textBytes } from '../log/checkpoint-text.ts'
import { joinPath, readWhole, replaceFile } from '../log/files.ts'
import { METADATA_DIRECTORY } from '../log/log-directory.ts'
import { DirectoryError } from '../log/meta-properties.ts'

const FILE = 'quorum-state'

export interface QuorumState {
  readonly leaderId: number
  readonly leaderEpoch: number
}

/** The state; undefined where this voter has never voted. @throws {DirectoryError} where the file is not readable. */
export async function readQuorumState(world: World): Promise<QuorumState | undefined> {
  const bytes = await readWhole(world, joinPath(METADATA_DIRECTORY, FILE))
  if (bytes === undefined) return undefined
  const text = decodeText(bytes) ?? ''
  const epoch = /"leaderEpoch":(\d{1,9})[,}]/.exec(text)
  const leader = /"leaderId":(-?\d{1,9})[,}]/.exec(text)
  if (epoch === null || leader === null) {
    throw new DirectoryError(
      `${METADATA_DIRECTORY}/${FILE} cannot be read; without it this voter could vote twice in one epoch: restore it or rebuild the node`,
    )
  }
  return { leaderId: Number(leader[1]), leaderEpoch: Number(epoch[1]) }
}

export function writeQuorumState(world: World, clusterId: string, state: QuorumState): Promise<void> {
  const { leaderId, leaderEpoch } = state
  const text = `{"clusterId":"${clusterId}","leaderId":${leaderId},"leaderEpoch":${leaderEpoch},"votedId":-1,"appliedOffset":0,"currentVoters":[{"voterId":${leaderId}}],"data_version":0}`
  return promised<void>(world.promises, (done) =>
    replaceFile(world.disk, METADATA_DIRECTORY, FILE, textBytes(text), (error) => done(error, undefined)),
  )
}
