/** Takes the lock of the directory in its first parameter, says how that went, and lives until it is killed. */

import { createRealWorld } from '../../../../src/real/world.ts'

const world = createRealWorld({ directory: process.argv[2] as string, onHalt: () => undefined })
world.disk.lock('', (error) => {
  process.stdout.write(`${error?.code ?? 'held'}\n`)
})
process.stdin.resume()
