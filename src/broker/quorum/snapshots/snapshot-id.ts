/**
 * Which snapshot of the metadata log it is: everything below an offset, the last of it written in an epoch. And the names
 * of its files: `00000000000000000042-0000000007.checkpoint`, with `.part` while it is being written, `-download` before
 * that while it comes from another node, and `.deleted` once it is not needed any more. KIP-630.
 */

export interface SnapshotId {
  /** Exclusive: the snapshot stands for the records `[0, endOffset)`, and the log goes on with the one at `endOffset`. */
  readonly endOffset: number
  /** Of the last record that the snapshot stands for. */
  readonly epoch: number
}

const PART = '.part'
const DELETED = '.deleted'

/** The offset in twenty digits, the epoch in ten. */
export function snapshotFileName({ endOffset, epoch }: SnapshotId): string {
  return `${String(endOffset).padStart(20, '0')}-${String(epoch).padStart(10, '0')}.checkpoint`
}

/** The name of a file that is not whole yet, given the one it will have. */
export function partName(name: string): string {
  return `${name}${PART}`
}

/**
 * The name of a file that comes from another node and is not whole yet. Another than `partName`: what is fetched and has
 * not come yet may be committed here by then, and a snapshot of it taken.
 */
export function downloadName(name: string): string {
  return partName(name.replace(/\.checkpoint$/, '-download.checkpoint'))
}

/** The name of a file that is about to go, given the one it had. */
export function deletedName(name: string): string {
  return `${name}${DELETED}`
}

/** The snapshot whose whole file has this name; undefined for other files. */
export function parseSnapshotFileName(name: string): SnapshotId | undefined {
  const match = /^(\d{20})-(\d{10})\.checkpoint$/.exec(name)
  if (match === null) return undefined
  const id = { endOffset: Number(match[1]), epoch: Number(match[2]) }
  return Number.isSafeInteger(id.endOffset) && id.epoch < 2 ** 31 ? id : undefined
}

/** Whether a file is left over from writing or deleting a snapshot, by this program or by Kafka, and means nothing. */
export function isSnapshotLeftover(name: string): boolean {
  return name.endsWith(`.checkpoint${DELETED}`) || name.endsWith(`.checkpoint${PART}`)
}

/** Negative where `a` stands for less than `b`. */
export function compareSnapshots(a: SnapshotId, b: SnapshotId): number {
  return a.endOffset - b.endOffset || a.epoch - b.epoch
}
