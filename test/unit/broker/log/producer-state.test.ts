import { beforeEach, describe, expect, it } from 'vitest'
import { ProducerState } from '../../../../src/broker/log/producer-state.ts'
import { logRules } from '../../../../src/broker/log/rules.ts'
import { encodeEndTxnMarker } from '../../../../src/protocol/control-records.ts'
import { type BatchHeader, readBatchHeader } from '../../../../src/protocol/record-batch.ts'
import { simCodecs } from '../../../../src/sim/devices/sim-codecs.ts'
import { batchOf } from './log-fixture.ts'

const LAST = 2 ** 31 - 1

let state: ProducerState
let nextOffset: number

beforeEach(() => {
  state = new ProducerState(logRules)
  nextOffset = 0
})

/** A batch of producer 9. */
function batch(baseSequence: number, { records = 1, epoch = 0, timestamp = 1000 } = {}): BatchHeader {
  const values = Array.from({ length: records }, () => 'x')
  const bytes = batchOf({
    values,
    timestamp,
    producerId: 9,
    producerEpoch: epoch,
    baseSequence,
    baseOffset: nextOffset,
  })
  return readBatchHeader(bytes, 0)
}

function append(header: BatchHeader): void {
  expect(state.check(header)).toEqual({ kind: 'append' })
  state.remember(header)
  nextOffset = header.lastOffset + 1
}

const outOfOrder = { kind: 'refused', error: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }

describe('batches of a producer', () => {
  it('are appended in the order of their sequence numbers', () => {
    append(batch(0, { records: 3 }))
    append(batch(3))
    append(batch(4, { records: 10 }))
    expect(state.check(batch(14))).toEqual({ kind: 'append' })
  })

  it('are refused after a gap', () => {
    append(batch(0, { records: 3 }))
    expect(state.check(batch(4))).toEqual(outOfOrder)
  })

  it('may begin with any number where the producer is not known', () => {
    append(batch(4711))
    append(batch(4712))
  })

  it('that repeat one of the last five are duplicates of it', () => {
    for (let sequence = 0; sequence < 6; sequence++) append(batch(sequence))
    for (let sequence = 1; sequence < 6; sequence++) {
      expect(state.check(batch(sequence))).toMatchObject({ kind: 'duplicate', batch: { lastOffset: sequence } })
    }
  })

  it('that repeat an older one are refused', () => {
    for (let sequence = 0; sequence < 6; sequence++) append(batch(sequence))
    expect(state.check(batch(0))).toEqual(outOfOrder)
  })

  it('that repeat only a part of one are refused', () => {
    append(batch(0, { records: 3 }))
    expect(state.check(batch(0, { records: 2 }))).toEqual(outOfOrder)
    expect(state.check(batch(2, { records: 1 }))).toEqual(outOfOrder)
  })

  it('go on at 0 after the largest number', () => {
    append(batch(LAST - 1, { records: 2 }))
    append(batch(0))
  })

  it('may wrap within a batch, and are recognised when repeated', () => {
    append(batch(LAST, { records: 3 }))
    expect(state.entries()[0]!.batches).toMatchObject([{ firstSequence: LAST, lastSequence: 1, offsetDelta: 2 }])
    expect(state.check(batch(LAST, { records: 3 }))).toMatchObject({ kind: 'duplicate' })
    append(batch(2))
  })
})

describe('epochs of a producer', () => {
  it('begin with sequence number 0', () => {
    append(batch(0, { records: 3 }))
    expect(state.check(batch(3, { epoch: 1 }))).toEqual(outOfOrder)
    append(batch(0, { epoch: 1 }))
    expect(state.entries()).toMatchObject([{ epoch: 1, batches: [{ lastSequence: 0 }] }])
  })

  it('fence the ones before, whatever their sequence number', () => {
    append(batch(0, { epoch: 1 }))
    for (const sequence of [0, 1, 5]) {
      expect(state.check(batch(sequence, { epoch: 0 }))).toEqual({ kind: 'refused', error: 'INVALID_PRODUCER_EPOCH' })
    }
  })

  it('do not take a batch of an earlier epoch for a duplicate', () => {
    append(batch(0))
    append(batch(0, { epoch: 1 }))
    append(batch(1, { epoch: 1 }))
    expect(state.check(batch(0, { epoch: 1 }))).toMatchObject({ kind: 'duplicate', batch: { lastOffset: 1 } })
  })
})

describe('what is remembered', () => {
  it('leaves out producers that are not idempotent, and control records', () => {
    state.remember(readBatchHeader(batchOf(), 0))
    const marker = encodeEndTxnMarker(
      { type: 'COMMIT', producerId: 9, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 1 },
      simCodecs.crc32c,
    )
    state.remember(readBatchHeader(marker, 0))
    expect(state.size).toBe(0)
  })

  it('is forgotten once a producer has been silent for long enough', () => {
    append(batch(0, { timestamp: 1000 }))
    state.expire(1099, 100)
    expect(state.size).toBe(1)
    state.expire(1100, 100)
    expect(state.size).toBe(0)
  })

  it('is replaced by what is restored', () => {
    append(batch(0))
    state.restore([])
    expect(state.entries()).toEqual([])
  })
})
