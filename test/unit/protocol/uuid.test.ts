import { expect, it } from 'vitest'
import {
  isReservedUuid,
  METADATA_TOPIC_ID,
  parseUuid,
  uuidFromBytes,
  uuidToBytes,
  ZERO_UUID,
} from '../../../src/protocol/uuid.ts'
import { hex } from './hex.ts'

it('a UUID prints as Kafka prints it', () => {
  expect(uuidFromBytes(hex('0123456789abcdef fedcba9876543210'))).toBe('ASNFZ4mrze_-3LqYdlQyEA')
  expect(uuidFromBytes(hex('00', 'ff'.repeat(16)), 1)).toBe('_____________________w')
})

it('the reserved ones are zero and the metadata topic', () => {
  expect(uuidToBytes(ZERO_UUID)).toEqual(new Uint8Array(16))
  expect(uuidToBytes(METADATA_TOPIC_ID)).toEqual(hex('00'.repeat(15), '01'))
  expect([ZERO_UUID, METADATA_TOPIC_ID, uuidFromBytes(hex('00'.repeat(15), '02'))].map(isReservedUuid)).toEqual([
    true,
    true,
    false,
  ])
})

it('only the one canonical spelling is an id', () => {
  expect(parseUuid('AAAAAAAAAAAAAAAAAAAAAQ')).toBe(METADATA_TOPIC_ID)
  for (const text of [
    '',
    'AAAAAAAAAAAAAAAAAAAAAR',
    'AAAAAAAAAAAAAAAAAAAAA',
    'AAAAAAAAAAAAAAAAAAAAAQ==',
    'AAAAAAAAAA+AAAAAAAAAAQ',
    'AAAAAAAAAA파AAAAAAAAAAQ',
  ]) {
    expect(parseUuid(text)).toBeUndefined()
  }
})
