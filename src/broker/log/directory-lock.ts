/** Taking a log directory for one process: whoever else uses it is refused. */

import type { DiskLock } from '../../world/disk.ts'
import { promised } from '../../world/promises.ts'
import type { World } from '../../world/world.ts'
import { DirectoryError } from './meta-properties.ts'

/** Takes the directory until the lock is released or this life ends. @throws {DirectoryError} where another has it. */
export function takeDirectory(world: World): Promise<DiskLock | undefined> {
  return promised<DiskLock | undefined>(world.promises, (done) =>
    world.disk.lock('', (error, lock) =>
      done(error && new DirectoryError(`${error.message}; stop the other process or use another directory`), lock),
    ),
  )
}
