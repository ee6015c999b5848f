import { expect, it } from 'vitest'
import { fetchedBatches } from '../../../../src/broker/quorum/fetched-batches.ts'
import { encodeBatch } from '../../../../src/protocol/record-batch-encode.ts'
import { assignOffsets } from '../../../../src/protocol/record-batch-patch.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const { codecs } = new SimulatedMachine().world
const end = { epoch: 3, endOffset: 10 }

function batch(baseOffset: number, epoch: number, count = 2): Uint8Array {
  const records = Array.from({ length: count }, () => ({ timestamp: 0, key: null, value: new Uint8Array([7]) }))
  const bytes = encodeBatch({ baseOffset: 0, records }, codecs.crc32c)
  assignOffsets(bytes, 0, baseOffset, epoch)
  return bytes
}

const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]))
const fetched = (records: Uint8Array) => fetchedBatches(records, end, 5, codecs)

it('whole batches that go on where the log ends are taken, of any epoch from the log’s to the leader’s', () => {
  const batches = [batch(10, 3), batch(12, 4, 3), batch(15, 5)]
  expect(fetched(joined(...batches))).toEqual(batches)
  expect(fetched(new Uint8Array(0))).toEqual([])
})

it('a batch that is cut off behind others is left for the next fetch', () => {
  const first = batch(10, 3)
  const second = batch(12, 3)
  for (const length of [1, 40, 61, second.length - 1]) {
    expect(fetched(joined(first, second.slice(0, length)))).toEqual([first])
  }
})

const corrupt = batch(10, 3)
corrupt[corrupt.length - 1]! ^= 1
const tiny = batch(10, 3)
tiny.set([0, 0, 0, 3], 8)
const negative = batch(10, 3)
negative.set([0xff, 0xff, 0xff, 0xf0], 8)
const old = batch(10, 3)
old[16] = 1

it.each([
  ['begins behind the end of the log', batch(11, 3), 'a batch of offset 11 was fetched for 10'],
  ['begins before the end of the log', batch(8, 3), 'a batch of offset 8 was fetched for 10'],
  ['leaves a gap behind another', joined(batch(10, 3), batch(13, 3)), 'a batch of offset 13 was fetched for 12'],
  ['is of an earlier epoch than the log', batch(10, 2), 'a batch of epoch 2'],
  ['is of an earlier epoch than the batch before it', joined(batch(10, 4), batch(12, 3)), 'behind one of 4'],
  ['is of a later epoch than the leader', batch(10, 6), 'a batch of epoch 6'],
  ['has a wrong checksum', corrupt, 'checksum'],
  ['has a wrong checksum behind a good one', joined(batch(10, 3).slice(), shifted(corrupt)), 'checksum'],
  ['says that it is too short for a batch', tiny, 'refused'],
  ['says that it has less than no bytes', negative, 'refused'],
  ['is of an old format', old, 'format'],
  ['is not there as a whole', batch(10, 3).slice(0, 65), 'no whole batch'],
  ['is not there as a header', new Uint8Array(5), 'no whole batch'],
])('an answer is refused where a batch %s', (_, records, problem) => {
  expect(fetched(records)).toEqual(expect.stringContaining(problem))
})

/** The same bytes at the next offset. */
function shifted(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  assignOffsets(copy, 0, 12, 3)
  return copy
}
