import { expect, it } from 'vitest'
import { produceProblem } from '../../../../src/broker/handlers/produce-validation.ts'
import { errorCode } from '../../../../src/protocol/errors.ts'
import { batchOf, configOf } from '../log/log-fixture.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const request = { transactionalId: null, acks: -1, timeoutMs: 1000, topicData: [] }

function codeOf(settings: Readonly<Record<string, string>>, records: Uint8Array) {
  return produceProblem(new SimulatedMachine().world, configOf(settings), request, records)?.errorCode
}

it('a batch that fills a segment to its last byte is taken, and a larger one is refused', () => {
  const records = batchOf({ values: ['x'.repeat(500)] })
  expect(codeOf({ 'segment.bytes': String(records.length) }, records)).toBeUndefined()
  expect(codeOf({ 'segment.bytes': String(records.length - 1) }, records)).toBe(errorCode.RECORD_LIST_TOO_LARGE)
})

it('a batch that is too large for its topic is refused as that, whatever the size of segments', () => {
  const records = batchOf({ values: ['x'.repeat(500)] })
  const settings = { 'segment.bytes': '400', 'max.message.bytes': '300' }
  expect(codeOf(settings, records)).toBe(errorCode.MESSAGE_TOO_LARGE)
})

it('a batch that is damaged is refused as that, whatever its size', () => {
  const records = batchOf({ values: ['x'.repeat(500)] })
  records[records.length - 1]! ^= 1
  expect(codeOf({ 'segment.bytes': '400' }, records)).toBe(errorCode.CORRUPT_MESSAGE)
})

it('a batch with offsets of its own is refused as that, whatever its size and its checksum', () => {
  const records = batchOf({ values: ['x'.repeat(500)] })
  records[7] = 5
  records[records.length - 1]! ^= 1
  for (const bytes of ['300', '1048588']) {
    expect(codeOf({ 'max.message.bytes': bytes }, records)).toBe(errorCode.INVALID_RECORD)
  }
})
