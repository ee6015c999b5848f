/** The catch-up read: every partition from its beginning to its known end, one Fetch at a time on each connection. */

import type { World } from '../../world/world.ts'
import { walkBatches } from './batch-walk.ts'
import { type LoadConnection, openConnections } from './load-connection.ts'
import type { ReadJob, ReadOutcome } from './load-jobs.ts'
import { TallyKeeper } from './tally-keeper.ts'

const MAX_WAIT_MS = 500
/** So many fetches in a row without a batch mean that what was acknowledged is not there. */
const EMPTY_MAX = 20

/** Does the job; rejects where anything fails. */
export async function readEverything(world: World, job: ReadJob): Promise<ReadOutcome> {
  const tally = new TallyKeeper(job.leaders.length)
  let fail: (reason: string) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = (reason) => reject(new Error(reason))
  })
  failed.catch(() => undefined)
  const options = { inFlight: 1, queued: 1 }
  const connections = await openConnections(world, job, options, (reason) => fail(reason))
  const beganUs = world.clock.monotonicUs()
  try {
    const reading = connections.map((each) => readPartition(each, job.endOffsets[each.partition]!, tally))
    await Promise.race([failed, Promise.all(reading)])
    return { kind: 'read', tally: tally.tally(), us: world.clock.monotonicUs() - beganUs }
  } finally {
    for (const connection of connections) connection.close()
  }
}

function readPartition(connection: LoadConnection, endOffset: number, tally: TallyKeeper): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0
    let empty = 0
    const { partition } = connection
    const fetchNext = (): void => {
      if (next >= endOffset) return resolve()
      connection.fetch(next, MAX_WAIT_MS, (bytes) => {
        const before = next
        const problem = walkBatches(bytes, (baseOffset, crc, records, size) => {
          tally.count(partition, baseOffset, crc, records, size)
          next = baseOffset + records
        })
        empty = next === before ? empty + 1 : 0
        if (problem !== undefined) reject(new Error(problem))
        else if (empty > EMPTY_MAX) reject(new Error(`partition ${partition} ends at ${next}, not at ${endOffset}`))
        else fetchNext()
      })
    }
    fetchNext()
  })
}
