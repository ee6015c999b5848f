/** The log that tests of recovery begin with: ten records, one a batch, in segments that begin at 0, 3, 6 and 9. */

import type { PartitionLog } from '../../../../src/broker/log/partition-log.ts'
import type { SimulatedMachine } from '../simulated-machine.ts'
import { appendAll, createLog, load, type Reload } from './log-fixture.ts'

/** Three batches a segment, an index entry for every batch but a segment's first. */
export const settings = { 'segment.bytes': '600', 'index.interval.bytes': '0' }

/** The value of the record at that offset, as long as every other. */
export const value = (offset: number): string => String(offset).padEnd(100, '.')

/** Where the segments begin. */
export const bases = (of: PartitionLog): number[] => of.segments.map(({ baseOffset }) => baseOffset)

export function tenBatches(machine: SimulatedMachine): PartitionLog {
  const log = createLog(machine, settings)
  for (let offset = 0; offset < 10; offset++) appendAll(log, [{ values: [value(offset)], timestamp: 1000 + offset }])
  return log
}

/** The present life ends with a kill; the files are changed while nothing runs; the next life loads. */
export async function reloadAfter(
  machine: SimulatedMachine,
  change: () => void | Promise<void>,
  reload: Reload = {},
): Promise<PartitionLog> {
  machine.crash('kill')
  machine.startLife()
  await change()
  return load(machine, { settings, ...reload })
}
