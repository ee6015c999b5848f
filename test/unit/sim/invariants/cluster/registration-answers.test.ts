import { describe, expect, test } from 'vitest'
import type { MetadataRecordInput } from '../../../../../src/protocol/metadata-records/table.ts'
import { parseUuid } from '../../../../../src/protocol/uuid.ts'
import { ClusterJudge } from './cluster-judge.ts'

const uuid = (last: string) => parseUuid(`AAAAAAAAAAAAAAAAAAAA${last}`)!
const [first, second] = [uuid('CA'), uuid('DA')]

const registration = (brokerEpoch: number, incarnationId = first): MetadataRecordInput => ({
  ...{ type: 'RegisterBrokerRecord', version: 3, brokerId: 3, incarnationId, brokerEpoch, fenced: true },
  ...{ endPoints: [], features: [], rack: null },
})
const removal: MetadataRecordInput = { type: 'UnregisterBrokerRecord', version: 0, brokerId: 3, brokerEpoch: 0 }

class Registering extends ClusterJudge {
  #at = 0

  register(...records: MetadataRecordInput[]): void {
    this.replicate([1, 2], { at: this.#at, epoch: 1, records })
    this.#at += records.length
  }

  told(brokerEpoch: number): void {
    this.event(3, { type: 'BrokerRegistered', brokerId: 3, brokerEpoch })
  }
}

describe('S21: what a broker is told of its registration', () => {
  test('is what is committed, and the same each time that it asks', () => {
    const judge = new Registering()
    judge.register(registration(0))
    judge.told(0)
    judge.register(registration(0))
    judge.told(0)
    expect(judge.broken).toEqual([])
  })

  test('is another epoch for another life', () => {
    const judge = new Registering()
    judge.register(registration(0))
    judge.told(0)
    judge.restart(3)
    judge.register(registration(1, second))
    judge.told(1)
    expect(judge.broken).toEqual([])
  })

  test.each<[string, readonly MetadataRecordInput[]]>([
    ['another incarnation had the id meanwhile', [registration(1, second)]],
    ['the broker was unregistered meanwhile', [removal]],
  ])('may be another epoch in the same life where %s', (_why, between) => {
    const judge = new Registering()
    judge.register(registration(0))
    judge.told(0)
    judge.register(...between)
    judge.register(registration(2))
    judge.told(2)
    expect(judge.broken).toEqual([])
  })

  test('is a broken promise where no such registration is committed', () => {
    const judge = new Registering()
    judge.register(registration(0))
    judge.told(7)
    expect(judge.broken).toEqual([
      'S21: broker 3 is told that it is registered with epoch 7, and no such registration is committed',
    ])
  })

  test('is a broken promise where the same life is told another epoch, and nobody took the first from it', () => {
    const judge = new Registering()
    judge.register(registration(0))
    judge.told(0)
    judge.register(registration(1))
    judge.told(1)
    expect(judge.broken).toContain(
      'S21: broker 3 is told that it is registered with epoch 1, and was told 0 in the same life, which nobody took from it',
    )
  })
})
