/** Appends to a file under a limit on the size of files; prints what became of it. */

import { createRealWorld } from '../../../../src/real/world.ts'
import { DiskError } from '../../../../src/world/disk.ts'

const world = createRealWorld({ directory: process.argv[2] as string, onHalt: () => undefined })
const file = world.disk.open('log', { create: true })
file.append([new Uint8Array(3000).fill(1)])
try {
  file.append([new Uint8Array(600).fill(2), new Uint8Array(100_000).fill(2)])
  process.stdout.write('it fitted\n')
} catch (error) {
  if (!(error instanceof DiskError)) throw error
  process.stdout.write(`${error.code} torn=${error.torn} size=${file.size}\n`)
}
file.append([new Uint8Array(500).fill(3)])
process.stdout.write(`size=${file.size}\n`)
world.close()
