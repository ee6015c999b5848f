/**
 * How a simulated disk behaves: how long it takes, how much it holds, what a power loss leaves. A plan draws these.
 */

/** Times in microseconds, chances per million. */
export interface DiskProfile {
  /** No sync is faster. Default 400. */
  readonly syncMinUs: number
  /** Mean duration of a sync; beyond the minimum it is exponential. Default 1 500. */
  readonly syncMeanUs: number
  readonly readMinUs: number
  readonly readMeanUs: number
  /** Bytes that fit; an append beyond is `FULL`. Default: no bound. */
  readonly capacityBytes: number
  /** Of the power losses in which each page is on its own: chance that a page is as written. Default 400 000. */
  readonly pageKeptPerMillion: number
  /** Chance that it is torn, sector by sector; else it is lost. Default 200 000. */
  readonly pageTornPerMillion: number
  /** Chance that the sectors of a torn page were written in order, up to some; else each is on its own. Default 0. */
  readonly tornInOrderPerMillion: number
  /** Chance that a file's larger size is there whatever became of its pages; else any may be. Default 0. */
  readonly sizeKeptPerMillion: number
  /** Chance that an unsynced change of names survives, in those power losses. Default 500 000. */
  readonly entryKeptPerMillion: number
  /** Chance that a page that a failed sync dropped has left the page cache when the process dies. Default 500 000. */
  readonly droppedRevertsPerMillion: number
}

export const defaultDiskProfile: DiskProfile = {
  syncMinUs: 400,
  syncMeanUs: 1_500,
  readMinUs: 20,
  readMeanUs: 60,
  capacityBytes: Number.MAX_SAFE_INTEGER,
  pageKeptPerMillion: 400_000,
  pageTornPerMillion: 200_000,
  tornInOrderPerMillion: 0,
  sizeKeptPerMillion: 0,
  entryKeptPerMillion: 500_000,
  droppedRevertsPerMillion: 500_000,
}
