/**
 * From the paths of a disk's owner to paths of the system.
 *
 * An owner's path is relative to the root of its disk, with `/` between parts; '' is the root itself. It can name nothing
 * outside the root: a part that would lead elsewhere is a mistake in this program, since names that come from the network
 * are checked long before. Symbolic links inside the root are followed; whoever made them meant it.
 */

import { join } from 'node:path'
import { assert } from '../world/assert.ts'

/** The parts of an owner's path; none for the root. */
export function pathParts(path: string): readonly string[] {
  if (path === '') return []
  const parts = path.split('/')
  for (const part of parts) {
    assert(part !== '' && part !== '.' && part !== '..', `a path has named parts only: ${path}`)
    assert(!part.includes('\0'), 'a path has no zero byte')
    // Windows takes a backslash for a separator, and a colon for the end of a drive's name.
    assert(process.platform !== 'win32' || !/[\\:]/.test(part), `a part of a path is one name on Windows: ${path}`)
  }
  return parts
}

/** Where the file or directory is for the system. `root` is absolute. */
export function systemPath(root: string, path: string): string {
  return join(root, ...pathParts(path))
}
