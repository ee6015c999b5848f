/**
 * Ties an image to the quorum that feeds it: applies what is committed, tells of each step, and ends a life that cannot.
 *
 * A feature at a level that this program does not support ends it too, before anything of the batch or snapshot
 * counts: what such a level changes in the meaning of records is not known here. KIP-584.
 */

import type { MetadataRecord } from '../../protocol/metadata-records/table.ts'
import type { World } from '../../world/world.ts'
import type { Observer } from '../observe/observer.ts'
import type { Quorum } from '../quorum/quorum.ts'
import { snapshotFileName } from '../quorum/snapshots/snapshot-id.ts'
import { unsupportedLevel } from './features.ts'
import { type MetadataImage, SnapshotState } from './image.ts'
import { MetadataError } from './metadata-error.ts'
import type { MetadataRules } from './rules.ts'

export interface FollowOptions {
  readonly world: World
  readonly observer: Observer
  readonly rules: MetadataRules
  /** Called before each record of a batch is applied; a `MetadataError` that it throws is a failed apply. Default: nothing. */
  readonly beforeApply?: (type: MetadataRecord['type']) => void
}

/** From now on the image follows the quorum, which has not started. */
export function followQuorum(image: MetadataImage, quorum: Quorum, options: FollowOptions): void {
  const { world, observer, rules, beforeApply } = options
  image.onPublished(() => {
    if (!observer.watching) return
    observer.tell({ type: 'ImageApplied', endOffset: image.endOffset, hash: image.hash })
  })
  const isApplied = (what: string, act: () => void): boolean => {
    try {
      act()
      return true
    } catch (error) {
      if (!(error instanceof MetadataError)) throw error
      observer.error(`${what} cannot be applied: ${error.message}`)
      if (rules.afterFailedApply === 'stop') world.halt(error)
      return false
    }
  }
  quorum.listen({
    committed: (committed) => {
      const { baseOffset, endOffset } = committed
      isApplied(`the metadata records [${baseOffset}, ${endOffset})`, () => {
        refuseUnsupported(committed.records)
        image.apply(committed, beforeApply)
      })
    },
    snapshotBegun: (id) => {
      const snapshot = new SnapshotState()
      let isWhole = true
      return {
        records: (records) => {
          if (!isWhole) return
          isWhole = isApplied(`the metadata snapshot ${snapshotFileName(id)}`, () => {
            refuseUnsupported(records)
            snapshot.apply(records)
          })
        },
        complete: () => {
          if (isWhole) image.reset(snapshot.state, id)
        },
      }
    },
  })
}

/** @throws {MetadataError} for a feature level that this program does not support. */
function refuseUnsupported(records: readonly MetadataRecord[]): void {
  for (const record of records) {
    if (record.type !== 'FeatureLevelRecord') continue
    const problem = unsupportedLevel(record.name, record.featureLevel)
    if (problem === undefined) continue
    throw new MetadataError(`a ${record.type} finalizes what this program cannot follow: ${problem}`)
  }
}
