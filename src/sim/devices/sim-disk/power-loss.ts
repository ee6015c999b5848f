/**
 * What a power loss leaves of a page cache. Sometimes everything, sometimes nothing, most often a mixture in which each
 * unsynced page, each file's size and each change of names is on its own: kept, lost, or (a page) torn between sectors.
 * So a page may survive behind one that did not, and a file may be longer than what was written of it.
 * Modelled on ext4 and XFS without data journalling, and a little worse (Pillai et al., OSDI 2014).
 */

import type { DrawKey, KeyedDraws } from '../../draws/keyed-draws.ts'
import type { DirectoryTree } from './directory-tree.ts'
import type { DiskProfile } from './disk-profile.ts'
import { ALL_SECTORS, type FileInode } from './file-inode.ts'

/** How a whole thing fares: three of the eight moods are extreme, for mixtures of many pages never are. */
type Mood = 'kept' | 'lost' | 'mixed'

/** Items of different losses, and files within one, keep their draws apart. */
const INODES_MAX = 0x1_0000_0000

/** Ordinals from here on say of each page in which way it is torn. */
const IN_ORDER = 0x8000_0000

/** Says of a file whether its size was written ahead of its pages. */
const SIZE_KEPT = 2

/** Which draws a power loss uses. */
export interface PowerLossDraws {
  readonly draws: KeyedDraws
  readonly node: number
  /** The plan's item, or any number that is not used twice for this node; below 2^20. */
  readonly item: number
}

/** Decides over everything unsynced. */
export function losePower(tree: DirectoryTree, profile: DiskProfile, loss: PowerLossDraws): void {
  const names = loss.draws.of('disk.loseNames', loss.node, loss.item)
  const mood = moodOf(names, 0xffff_ffff)
  tree.afterPowerLoss((operation) => {
    if (mood !== 'mixed') return mood === 'kept'
    return names.chance(profile.entryKeptPerMillion, operation.ordinal)
  })
  for (const [, file] of tree.files()) loseFile(file, profile, loss)
}

function loseFile(file: FileInode, profile: DiskProfile, loss: PowerLossDraws): void {
  const item = loss.item * INODES_MAX + file.id
  const pages = loss.draws.of('disk.losePages', loss.node, item)
  const sizes = loss.draws.of('disk.loseSize', loss.node, item)
  const mood = moodOf(pages, 0xffff_ffff)
  file.afterPowerLoss(drawSize(file, profile, sizes), (page) => {
    if (mood !== 'mixed') return mood === 'kept' ? ALL_SECTORS : 0
    const drawn = pages.below(1_000_000, 2 * page)
    if (drawn < profile.pageKeptPerMillion) return ALL_SECTORS
    if (drawn >= profile.pageKeptPerMillion + profile.pageTornPerMillion) return 0
    const sectors = pages.below(ALL_SECTORS + 1, 2 * page + 1)
    const isInOrder = pages.chance(profile.tornInOrderPerMillion, IN_ORDER + page)
    // The write broke off: what came first is there, the rest is not.
    return isInOrder ? (1 << (sectors & 7)) - 1 : sectors
  })
}

/** Between the durable and the present size, the ends often. */
function drawSize(file: FileInode, profile: DiskProfile, sizes: DrawKey): number {
  const low = Math.min(file.size, file.durableSize)
  const high = Math.max(file.size, file.durableSize)
  if (sizes.chance(profile.sizeKeptPerMillion, SIZE_KEPT)) return high
  const which = sizes.below(4, 0)
  if (which === 0) return low
  return which === 1 || high === low ? high : sizes.between(low, high, 1)
}

function moodOf(draws: DrawKey, ordinal: number): Mood {
  const drawn = draws.below(8, ordinal)
  if (drawn === 0) return 'kept'
  return drawn <= 2 ? 'lost' : 'mixed'
}
