/**
 * Makes a snapshot of an image while the image goes on: frozen at once, written in slices. Not here: when it is time for
 * one, and what of the log may go once it is there.
 */

import { assert } from '../../world/assert.ts'
import type { DiskError } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import type { Observer } from '../observe/observer.ts'
import type { SnapshotRules } from '../quorum/snapshots/rules.ts'
import { type SnapshotId, snapshotFileName } from '../quorum/snapshots/snapshot-id.ts'
import { writeSnapshot } from '../quorum/snapshots/snapshot-writer.ts'
import type { MetadataImage } from './image.ts'

export interface SnapshotOptions {
  readonly world: World
  readonly observer: Observer
  readonly rules: SnapshotRules
  /** Of the metadata log. */
  readonly directory: string
  /** Of the last record in the image, in milliseconds since the Unix epoch. */
  readonly lastContainedTimestamp: number
}

/**
 * Writes a snapshot of the image as it is now, which is not empty; its id is returned at once. `done` when it is there
 * for good; after an error the old ones are still there. One is written at a time.
 */
export function takeSnapshot(
  { world, observer, rules, directory, lastContainedTimestamp }: SnapshotOptions,
  image: MetadataImage,
  done: (error: DiskError | undefined) => void,
): SnapshotId {
  const frozen = image.freeze()
  assert(frozen.endOffset > 0, 'a snapshot stands for some record')
  const id = rules.idOf({ offset: frozen.endOffset - 1, epoch: frozen.epoch })
  const place = { world, rules, directory, name: snapshotFileName(id) }
  writeSnapshot(place, { epoch: id.epoch, lastContainedTimestamp, records: frozen.records() }, (error) => {
    if (error === undefined && observer.watching) observer.tell({ type: 'SnapshotWritten', ...id })
    done(error)
  })
  return id
}
