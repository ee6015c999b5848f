/**
 * `.kafka_cleanshutdown`: written last by a clean stop, it tells the next start that nothing needs recovery.
 * JSON, `{"version":0,"brokerEpoch":N}`. Its presence is what counts for recovery; the epoch, -1 where there was none,
 * tells the controller that the broker lost nothing since that registration (KIP-966).
 */

import { DiskError } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { decodeText, textBytes } from './checkpoint-text.ts'
import { readWhole, replaceFile } from './files.ts'

const FILE = '.kafka_cleanshutdown'

/** The broker epoch of the life that left the marker, -1 where it does not say; undefined without a marker. */
export async function readMarker(world: World): Promise<number | undefined> {
  const bytes = await readWhole(world, FILE)
  if (bytes === undefined) return undefined
  const epoch = /^\s*\{[^{}]*"brokerEpoch"\s*:\s*(\d{1,16})\b[^{}]*\}\s*$/.exec(decodeText(bytes) ?? '')?.[1]
  return epoch !== undefined && Number.isSafeInteger(Number(epoch)) ? Number(epoch) : -1
}

/** @throws {DiskError} */
export function removeMarker(world: World): void {
  try {
    world.disk.remove(FILE)
  } catch (error) {
    if (!(error instanceof DiskError && error.code === 'NOT_FOUND')) throw error
  }
}

/** Leaves the marker, durably; `brokerEpoch` is that of the registration that ends, -1 where there was none. */
export function writeMarker(world: World, brokerEpoch: number, done: (error: DiskError | undefined) => void): void {
  replaceFile(world.disk, '', FILE, textBytes(`{"version":0,"brokerEpoch":${brokerEpoch}}`), done)
}
