import { describe, expect, test } from 'vitest'
import { apis } from '../../../../src/protocol/apis.ts'
import { encodeMetadataRecord, type MetadataRecordInput } from '../../../../src/protocol/metadata-records/table.ts'
import type { Uuid } from '../../../../src/protocol/uuid.ts'
import { batch, Judge, orders, safe } from './judge.ts'

const METADATA = '__cluster_metadata-0'
const S1 = 'S1 acknowledged records survive'
const uuid = 'qbuXg9PTauJKI-DL-Nsqww' as Uuid

/** Six records in three batches, flushed to 2, answered to 3. */
function written(partition = orders): Judge {
  const judge = new Judge()
  judge.append(batch({ at: 0, count: 2 }), partition)
  judge.append(batch({ at: 2 }), partition)
  judge.append(batch({ at: 3, count: 3 }), partition)
  judge.flushed(2, partition)
  judge.ghost.answered(partition, 3)
  return judge
}

describe('S1: a log that is loaded again', () => {
  const loadedAfter = (how: Parameters<Judge['restart']>[0], endOffset: number, partition = orders) => {
    const judge = written(partition)
    judge.restart(how)
    judge.loaded(endOffset, { partition })
    return judge.broken
  }

  test('is whole after a process kill and after a clean stop', () => {
    expect([loadedAfter('process-kill', 6), loadedAfter('clean', 6)]).toEqual([[], []])
    expect(loadedAfter('process-kill', 3)).toEqual([
      `${S1}: orders-0 ended at 6 and was loaded with its end at 3, though the broker was only killed`,
    ])
    expect(loadedAfter('clean', 3)[0]).toContain('though the broker was stopped cleanly')
  })

  test('holds after a power loss, or a sync that failed, at least what was flushed', () => {
    expect([loadedAfter('power-loss', 2), loadedAfter('failed-sync', 2)]).toEqual([[], []])
    expect(loadedAfter('power-loss', 0)).toEqual([
      `${S1}: orders-0 ended at 6 and was loaded with its end at 0, though it was flushed to 2`,
    ])
    expect(loadedAfter('failed-sync', 0)).toHaveLength(1)
  })

  test('holds after a power loss what was answered, where only flushed records are answered', () => {
    expect(loadedAfter('power-loss', 3, safe)).toEqual([])
    expect(loadedAfter('power-loss', 2, safe)).toEqual([
      `${S1}: safe-0 ended at 6 and was loaded with its end at 2, though records up to 3 were answered, flushed as was promised`,
    ])
  })

  test('may be gone with its directory, and be written to anew before all is ready', () => {
    const anew = (how: Parameters<Judge['restart']>[0], partition = orders) => {
      const judge = new Judge()
      judge.append(batch({ at: 0, count: 2 }), partition)
      judge.event({ type: 'HighWatermarkMoved', partition, highWatermark: 2 })
      judge.ghost.answered(partition, 2)
      judge.restart(how)
      judge.files.clear()
      judge.append(batch({ at: 0 }), partition)
      judge.event({ type: 'HighWatermarkMoved', partition, highWatermark: 1 })
      judge.ready()
      return judge
    }
    expect(anew('power-loss').broken).toEqual([])
    expect(anew('power-loss').ghost.losses).toEqual([{ partition: orders, fromOffset: 0, endOffset: 2, atUs: 77 }])
    expect(anew('process-kill').broken).toEqual([
      `${S1}: orders-0 ended at 2 and was loaded with its end at 0, though the broker was only killed`,
    ])
    const answered = expect.stringMatching(/^S1 .* though records up to 2 were answered, flushed as was promised$/)
    expect(anew('power-loss', safe).broken).toContainEqual(answered)
  })

  test('begins no later than it did', () => {
    const judge = written()
    judge.restart('power-loss')
    judge.loaded(6, { startOffset: 2 })
    expect(judge.broken).toEqual([`${S1}: orders-0 was loaded with its start at 2, and had it at 0`])
  })

  test('of metadata may end before, or begin later than, it did where a snapshot stands for what is gone', () => {
    const judge = written(METADATA)
    judge.flushed(6, METADATA)
    const reload = (endOffset: number, startOffset: number) => {
      judge.restart('power-loss')
      judge.loaded(endOffset, { partition: METADATA, startOffset })
      return judge.broken.splice(0)
    }
    judge.files.set(`${METADATA}/00000000000000000006-0000000001.checkpoint`, new Uint8Array(0))
    expect([reload(2, 0), reload(6, 6)]).toEqual([[], []])
    expect(judge.ghost.partition(METADATA)).toMatchObject({ startOffset: 6, endOffset: 6 })
    judge.append(batch({ at: 6, leaderEpoch: 1 }), METADATA)
    judge.flushed(7, METADATA)
    expect(reload(6, 6)[0]).toContain('ended at 7 and was loaded with its end at 6, though it was flushed to 7')
    judge.files.clear()
    expect(reload(0, 0)[0]).toContain('ended at 6 and was loaded with its end at 0')
    judge.append(batch({ at: 0, count: 3, leaderEpoch: 2 }), METADATA)
    judge.flushed(3, METADATA)
    expect(reload(3, 3)[0]).toContain('was loaded with its start at 3, and had it at 0')
  })

  test('of metadata is trimmed to a snapshot without a record of where it begins', () => {
    const judge = written(METADATA)
    judge.event({ type: 'LogStartMoved', partition: METADATA, startOffset: 3 })
    judge.restart('clean')
    judge.loaded(6, { partition: METADATA })
    expect(judge.broken).toEqual([])
  })

  test('may be gone altogether only where nothing of it was flushed', () => {
    const judge = new Judge()
    judge.append(batch({ at: 0 }))
    judge.files.clear()
    judge.restart('power-loss')
    judge.ready()
    expect(judge.broken).toEqual([])
    expect(judge.ghost.losses).toMatchObject([{ partition: orders, fromOffset: 0, endOffset: 1 }])

    const flushed = written()
    flushed.files.clear()
    flushed.restart('power-loss')
    flushed.ready()
    expect(flushed.broken[0]).toContain('orders-0 ended at 6 and was loaded with its end at 0')
  })
})

describe('S1: an acknowledgement', () => {
  const sent = batch({ at: 0, count: 2, value: 'sent' })

  test('names the offset at which the records lie', () => {
    const judge = written()
    judge.append(batch({ at: 6, count: 2, value: 'sent', leaderEpoch: 3 }))
    judge.produced(sent, { baseOffset: 6 })
    expect([judge.broken, judge.ghost.partition(orders).answeredEnd]).toEqual([[], 8])
  })

  test('of an offset at which no batch begins, or other records lie, is a lie', () => {
    for (const [baseOffset, problem] of [
      [9, 'where no batch begins'],
      [1, 'where no batch begins'],
      [0, 'where others lie'],
    ] as const) {
      const judge = written()
      judge.produced(sent, { baseOffset })
      expect(judge.broken.filter((one) => one.startsWith(S1))).toEqual([
        `${S1}: records were acknowledged at offset ${baseOffset} of orders-0, ${problem}`,
      ])
    }
  })

  test('that is a refusal says nothing of offsets', () => {
    const judge = written()
    judge.produced(sent, { errorCode: 3, baseOffset: 0 })
    expect(judge.broken).toEqual([])
  })
})

describe('S1: what was answered of the metadata', () => {
  const topicRecord: MetadataRecordInput = { type: 'TopicRecord', version: 0, name: 'orders', topicId: uuid }
  const producerIds = (nextProducerId: number): MetadataRecordInput => ({
    ...{ type: 'ProducerIdsRecord', version: 0, brokerId: 1, nextProducerId },
  })

  /** A metadata log on the disk with these records. */
  function metadata(...records: readonly MetadataRecordInput[]): Judge {
    const judge = new Judge()
    judge.append(batch({ at: 0, values: [encodeMetadataRecord(producerIds(0))] }), METADATA)
    for (const [at, record] of records.entries()) {
      judge.append(batch({ at: at + 1, values: [encodeMetadataRecord(record)] }), METADATA)
    }
    return judge
  }
  const createTopics = (judge: Judge, errorCode: number, validateOnly = false) =>
    judge.said(
      apis.createTopics,
      { validateOnly, topics: [] },
      { topics: [{ name: 'orders', errorCode, topicId: uuid }] },
    )
  const initProducerId = (judge: Judge, producerId: number, errorCode = 0) =>
    judge.said(apis.initProducerId, {}, { errorCode, producerId })

  test('a topic whose creation was answered is in the metadata log', () => {
    const there = metadata(topicRecord)
    createTopics(there, 0)
    there.recomputeAll()
    expect(there.broken).toEqual([])

    const lost = metadata()
    createTopics(lost, 0)
    lost.recomputeAll()
    expect(lost.broken).toEqual([`${S1}: the creation of topic orders was answered and is not in the metadata log`])
  })

  test('a creation that failed, or was only tried, promises nothing', () => {
    const judge = metadata()
    createTopics(judge, 41)
    createTopics(judge, 0, true)
    judge.recomputeAll()
    expect(judge.broken).toEqual([])
  })

  test('a producer id comes out of a block that is in the metadata log', () => {
    const judge = metadata(producerIds(1000))
    initProducerId(judge, 999)
    initProducerId(judge, -1, 14)
    judge.recomputeAll()
    expect(judge.broken).toEqual([])
    initProducerId(judge, 1000)
    judge.recomputeAll()
    expect(judge.broken).toEqual([`${S1}: producer id 1000 was given out of a block that is not in the metadata log`])
  })

  test('a producer id is given once, whatever crashes lie between', () => {
    const judge = metadata(producerIds(1000))
    initProducerId(judge, 7)
    judge.restart('process-kill')
    judge.loaded(2, { partition: METADATA })
    judge.ready()
    expect(judge.broken).toEqual([])
    initProducerId(judge, 7)
    expect(judge.broken).toEqual([`${S1}: producer id 7 was given twice`])
  })
})

describe('S1: retention', () => {
  const moved = (judge: Judge, startOffset: number) => {
    judge.event({ type: 'HighWatermarkMoved', partition: orders, highWatermark: 6 })
    judge.event({ type: 'LogStartMoved', partition: orders, startOffset })
    return judge.broken
  }

  test('may take what is older than it keeps', () => {
    const judge = written()
    judge.retention = { retentionMs: 100, retentionBytes: -1 }
    judge.nowMs = 1000 + 2 + 101
    expect(moved(judge, 3)).toEqual([])
    judge.nowMs = 1000 + 3 + 100
    expect(moved(judge, 6)).toEqual([
      'S1 retention deletes what it may: orders-0 deleted records up to 6 that it must keep',
    ])
  })

  test('may take what is more than it keeps', () => {
    const judge = written()
    const lastBytes = batch({ at: 3, count: 3 }).length
    judge.retention = { retentionMs: -1, retentionBytes: lastBytes }
    expect(moved(judge, 3)).toEqual([])
    const tooMuch = written()
    tooMuch.retention = { retentionMs: -1, retentionBytes: lastBytes + 1 }
    expect(moved(tooMuch, 3)).toHaveLength(1)
  })

  test('may take what is old behind what is too much, but not the other way round', () => {
    const aged = (timestamps: readonly [number, number, number]) => {
      const judge = new Judge()
      for (const [at, timestamp] of timestamps.entries()) judge.append(batch({ at, timestamp }))
      judge.nowMs = 2000
      const { length } = batch({ at: 2 })
      judge.retention = { retentionMs: 100, retentionBytes: 2 * length }
      judge.event({ type: 'HighWatermarkMoved', partition: orders, highWatermark: 3 })
      judge.event({ type: 'LogStartMoved', partition: orders, startOffset: 2 })
      return judge.broken
    }
    expect(aged([1990, 1000, 1990])).toEqual([])
    expect(aged([1000, 1990, 1990])).toHaveLength(1)
  })

  test('takes nothing above the high watermark, and nothing where there is no limit', () => {
    const judge = written()
    judge.retention = { retentionMs: 0, retentionBytes: -1 }
    judge.event({ type: 'LogStartMoved', partition: orders, startOffset: 3 })
    expect(judge.broken).toEqual([
      'S1 retention deletes what it may: orders-0 deleted up to 3, above the high watermark',
    ])
    expect(moved(written(), 3)).toHaveLength(1)
  })

  test('may take all that a life finds in its log, which no event says to be below the high watermark', () => {
    const judge = written()
    judge.retention = { retentionMs: 0, retentionBytes: -1 }
    judge.restart('process-kill')
    judge.loaded(6)
    judge.event({ type: 'LogStartMoved', partition: orders, startOffset: 6 })
    expect(judge.broken).toEqual([])
  })

  test('may be undone by a crash before the start was on record, but not by a clean stop', () => {
    const restarted = (how: 'clean' | 'process-kill') => {
      const judge = written()
      judge.retention = { retentionMs: 0, retentionBytes: -1 }
      moved(judge, 3)
      judge.restart(how)
      judge.loaded(6)
      return judge.broken
    }
    expect(restarted('process-kill')).toEqual([])
    expect(restarted('clean')).toEqual([
      'S1 retention deletes what it may: orders-0 was loaded with its start at 0 after a clean stop, and had it at 3',
    ])
  })

  test('is not undone where a segment was removed', () => {
    const reloaded = (startOffset: number) => {
      const judge = written()
      judge.retention = { retentionMs: 0, retentionBytes: -1 }
      moved(judge, 3)
      judge.event({ type: 'SegmentDeleted', partition: orders, baseOffset: 0 })
      judge.restart('power-loss')
      judge.loaded(6, { startOffset })
      return judge.broken
    }
    expect(reloaded(3)).toEqual([])
    expect(reloaded(0)).toEqual([
      'S1 retention deletes what it may: orders-0 was loaded with its start at 0, though segment 0 was removed',
    ])
  })
})
