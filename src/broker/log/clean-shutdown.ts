/**
 * `.kafka_cleanshutdown`: written last by a clean stop, it tells the next start that nothing needs recovery.
 * JSON, `{"version":0,"brokerEpoch":N}`; its presence is what counts.
 */

import { DiskError } from '../../world/disk.ts'
import type { World } from '../../world/world.ts'
import { textBytes } from './checkpoint-text.ts'
import { replaceFile } from './files.ts'

const FILE = '.kafka_cleanshutdown'

export function hasMarker(world: World): boolean {
  return world.disk.list('').some(({ name }) => name === FILE)
}

export function removeMarker(world: World): void {
  try {
    world.disk.remove(FILE)
  } catch (error) {
    if (!(error instanceof DiskError && error.code === 'NOT_FOUND')) throw error
  }
}

export function writeMarker(world: World, brokerEpoch: number, done: (error: DiskError | undefined) => void): void {
  replaceFile(world.disk, '', FILE, textBytes(`{"version":0,"brokerEpoch":${brokerEpoch}}`), done)
}
