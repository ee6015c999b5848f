import { describe, expect, it } from 'vitest'
import { encodeProducerSnapshot, parseProducerSnapshot } from '../../../../src/broker/log/producer-snapshot.ts'
import type { ProducerEntry } from '../../../../src/broker/log/producer-state.ts'
import { simCodecs } from '../../../../src/sim/devices/sim-codecs.ts'
import { hex } from './log-fixture.ts'

const producer: ProducerEntry = {
  producerId: 4000,
  epoch: 2,
  batches: [
    { firstSequence: 0, lastSequence: 9, lastOffset: 9, offsetDelta: 9, timestamp: 900 },
    { firstSequence: 10, lastSequence: 14, lastOffset: 119, offsetDelta: 4, timestamp: 1000 },
  ],
  coordinatorEpoch: -1,
  currentTransactionFirstOffset: -1,
}

describe('producer snapshots', () => {
  it('have the layout of Kafka: a version, a checksum, a count, and 46 bytes a producer', () => {
    const bytes = encodeProducerSnapshot([producer], simCodecs)
    const crc = simCodecs.crc32c(bytes, 6, bytes.length).toString(16).padStart(8, '0')
    expect(hex(bytes)).toBe(
      [
        `0001${crc}00000001`,
        '0000000000000fa0' + '0002' + '0000000e' + '0000000000000077' + '00000004' + '00000000000003e8',
        'ffffffff' + 'ffffffffffffffff',
      ].join(''),
    )
  })

  it('keep of each producer its last batch', () => {
    const bytes = encodeProducerSnapshot([producer, { ...producer, producerId: 4001 }], simCodecs)
    const last = [producer.batches[1]!]
    expect(parseProducerSnapshot(bytes, simCodecs)).toEqual([
      { ...producer, batches: last },
      { ...producer, producerId: 4001, batches: last },
    ])
  })

  it('may be of no producer', () => {
    expect(parseProducerSnapshot(encodeProducerSnapshot([], simCodecs), simCodecs)).toEqual([])
  })

  it('know the first sequence number of a batch in which the count wrapped to 0', () => {
    const wrapped = { firstSequence: 2 ** 31 - 2, lastSequence: 1, lastOffset: 50, offsetDelta: 3, timestamp: 7 }
    const bytes = encodeProducerSnapshot([{ ...producer, batches: [wrapped] }], simCodecs)
    expect(parseProducerSnapshot(bytes, simCodecs)![0]!.batches).toEqual([wrapped])
  })

  it('are none where any byte is wrong, or missing', () => {
    const bytes = encodeProducerSnapshot([producer], simCodecs)
    for (let position = 0; position < bytes.length; position++) {
      const rotten = bytes.slice()
      rotten[position] = rotten[position]! ^ 0x10
      expect(parseProducerSnapshot(rotten, simCodecs), `byte ${position}`).toBeUndefined()
      expect(parseProducerSnapshot(bytes.subarray(0, position), simCodecs), `${position} bytes`).toBeUndefined()
    }
  })
})
