/** What a partition's log is composed of, whether it was created or loaded. */

import type { DiskError, DiskFile } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import type { LogConfig } from '../config/topic-settings.ts'
import type { Observer } from '../observe/observer.ts'
import type { LeaderEpochs } from './leader-epochs.ts'
import type { ProducerState } from './producer-state.ts'
import type { LogRules } from './rules.ts'
import type { Segment } from './segment.ts'

/** What a log is made of when it has been loaded or created. */
export interface LogParts {
  readonly world: World
  readonly observer: Observer
  readonly rules: LogRules
  /** The partition's directory, `orders-0`; also its name in traces. */
  readonly directory: string
  readonly config: LogConfig
  /** Ascending, at least one; the last is active. */
  readonly segments: Segment[]
  readonly startOffset: number
  readonly producers: ProducerState
  readonly epochs: LeaderEpochs
  /** False where the directory itself may not have its entry for good yet. */
  readonly isDurable: boolean
  /** Files written and not synced yet, for the first flush to sync and close. */
  readonly unsynced?: readonly DiskFile[]
  /** Told of operating failures after which the log directory must not be used any more. */
  readonly onFailed: (error: DiskError) => void
  /** Puts the log's recovery point on record, durably, where the log directory keeps one. */
  readonly checkpoint: (done: (error: DiskError | undefined) => void) => void
}
