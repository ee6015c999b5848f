/** The built simulator (`npm run build`), run outside this process. */

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

/** Where the build is. */
export const dist = fileURLToPath(new URL('../../dist', import.meta.url))

const program = fileURLToPath(new URL('programs/print-hashes.mjs', import.meta.url))

/** The hashes of seeds `[from, from + count)`, from a new process of that Node. */
export async function hashesByNode(node: string, from: number, count: number): Promise<string[]> {
  const { stdout } = await promisify(execFile)(node, [program, dist, String(from), String(count)])
  return stdout.trimEnd().split('\n')
}
