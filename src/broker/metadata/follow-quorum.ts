/** Ties an image to the quorum that feeds it: applies what is committed, tells of each step, and ends a life that cannot. */

import type { World } from '../../world/world.ts'
import type { Observer } from '../observe/observer.ts'
import type { Quorum } from '../quorum/quorum.ts'
import type { MetadataImage } from './image.ts'
import { MetadataError } from './metadata-error.ts'
import type { MetadataRules } from './rules.ts'

export interface FollowOptions {
  readonly world: World
  readonly observer: Observer
  readonly rules: MetadataRules
}

/** From now on the image follows the quorum, which has not started. */
export function followQuorum(image: MetadataImage, quorum: Quorum, { world, observer, rules }: FollowOptions): void {
  image.onPublished(() => {
    if (!observer.watching) return
    observer.tell({ type: 'ImageApplied', endOffset: image.endOffset, hash: image.hash })
  })
  quorum.listen({
    committed: (committed) => {
      try {
        image.apply(committed)
      } catch (error) {
        if (!(error instanceof MetadataError)) throw error
        const { baseOffset, endOffset } = committed
        observer.error(`the metadata records [${baseOffset}, ${endOffset}) cannot be applied: ${error.message}`)
        if (rules.afterFailedApply === 'stop') world.halt(error)
      }
    },
  })
}
