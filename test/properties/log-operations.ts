/** What may happen to a log, as fast-check draws it. */

import fc from 'fast-check'
import type { LogConfig } from '../../src/broker/config/topic-settings.ts'

/** An end of a life in the middle of an operation, so many events after it began. */
export interface Interruption {
  readonly events: number
  readonly how: 'kill' | 'powerLoss'
}

/** Places in the log are per mille of what there is. */
export type Operation =
  | {
      readonly kind: 'append'
      /** 0: a producer that is not idempotent. */
      readonly producer: number
      readonly how: 'next' | 'duplicate' | 'gap' | 'old-epoch' | 'new-epoch' | 'new-epoch-gap'
      /** For a duplicate: how many batches back. */
      readonly back: number
      readonly records: readonly { readonly bytes: number; readonly timestamp: number }[]
      readonly nextLeaderEpoch: boolean
    }
  | {
      readonly kind: 'read'
      readonly at: number
      readonly upTo: number
      readonly maxBytes: number
      readonly atLeastOne: boolean
    }
  | { readonly kind: 'find'; readonly timestamp: number }
  | { readonly kind: 'find-newest' }
  | { readonly kind: 'flush'; readonly waits: boolean; readonly interruption?: Interruption }
  | { readonly kind: 'checkpoint'; readonly interruption?: Interruption }
  | { readonly kind: 'retain'; readonly nowMs: number; readonly limit: number; readonly interruption?: Interruption }
  | {
      readonly kind: 'move-start'
      readonly at: number
      readonly emptied: 'roll' | 'keep'
      readonly interruption?: Interruption
    }
  | { readonly kind: 'truncate'; readonly at: number; readonly interruption?: Interruption }
  | {
      readonly kind: 'restart'
      readonly how: 'stop' | 'stop-and-powerLoss' | 'kill' | 'powerLoss'
      readonly interruption?: Interruption
    }
  | { readonly kind: 'time-passes'; readonly events: number }

const interruption = fc.option(
  fc.record({ events: fc.nat(14), how: fc.constantFrom('kill' as const, 'powerLoss' as const) }),
  { nil: undefined, freq: 4 },
)
const perMille = fc.nat(1000)
const timestamp = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1000, max: 6000 }) },
  { weight: 1, arbitrary: fc.constant(-1) },
)
const record = fc.record({
  bytes: fc.oneof(
    { weight: 60, arbitrary: fc.nat(60) },
    { weight: 1, arbitrary: fc.integer({ min: 66_000, max: 140_000 }) },
  ),
  timestamp,
})

const append = fc.record({
  kind: fc.constant('append' as const),
  producer: fc.nat(3),
  how: fc.oneof(
    { weight: 8, arbitrary: fc.constant('next' as const) },
    {
      weight: 4,
      arbitrary: fc.constantFrom(
        ...(['duplicate', 'duplicate', 'gap', 'old-epoch', 'new-epoch', 'new-epoch-gap'] as const),
      ),
    },
  ),
  back: fc.nat(5),
  records: fc.array(record, { minLength: 1, maxLength: 20 }),
  nextLeaderEpoch: fc.nat(6).map((drawn) => drawn === 0),
})

type Weighted = { readonly weight: number; readonly arbitrary: fc.Arbitrary<Operation> }

const of = (weight: number, arbitrary: fc.Arbitrary<unknown>): Weighted => ({
  weight,
  arbitrary: arbitrary as fc.Arbitrary<Operation>,
})

export const operations: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(
    of(16, append),
    of(
      4,
      fc.record({
        kind: fc.constant('read'),
        at: perMille,
        upTo: perMille,
        maxBytes: fc.nat(4000),
        atLeastOne: fc.boolean(),
      }),
    ),
    of(2, fc.record({ kind: fc.constant('find'), timestamp: fc.integer({ min: 0, max: 7000 }) })),
    of(1, fc.constant({ kind: 'find-newest' })),
    of(4, fc.record({ kind: fc.constant('flush'), waits: fc.boolean(), interruption })),
    of(2, fc.record({ kind: fc.constant('checkpoint'), interruption })),
    of(
      2,
      fc.record({
        kind: fc.constant('retain'),
        nowMs: fc.integer({ min: 1000, max: 9000 }),
        limit: perMille,
        interruption,
      }),
    ),
    of(
      2,
      fc.record({
        kind: fc.constant('move-start'),
        at: perMille,
        emptied: fc.constantFrom('roll' as const, 'keep' as const),
        interruption,
      }),
    ),
    of(3, fc.record({ kind: fc.constant('truncate'), at: perMille, interruption })),
    of(
      4,
      fc.record({
        kind: fc.constant('restart'),
        how: fc.constantFrom('stop', 'stop-and-powerLoss', 'kill', 'powerLoss', 'powerLoss'),
        interruption,
      }),
    ),
    of(3, fc.record({ kind: fc.constant('time-passes'), events: fc.nat(8) })),
  ),
  { minLength: 1, maxLength: 50, size: 'max' },
)

/** Batches, and flushes among them. */
export const writes: fc.Arbitrary<Operation[]> = fc.array(
  fc.oneof(of(6, append), of(1, fc.constant({ kind: 'flush', waits: true }))),
  { minLength: 1, maxLength: 20, size: 'max' },
)

/** How the log is kept: small segments and sparse indexes, so that everything happens often. */
export const logConfigs: fc.Arbitrary<LogConfig> = fc.record({
  segmentBytes: fc.constantFrom(400, 1000, 3000, 2 ** 30),
  segmentMs: fc.constantFrom(2000, 2 ** 40),
  segmentIndexBytes: fc.constantFrom(40, 2 ** 20),
  indexIntervalBytes: fc.constantFrom(0, 150, 4096),
  retentionMs: fc.constantFrom(-1, 1500),
  retentionBytes: fc.constantFrom(-1, 0, 800),
  cleanupPolicy: fc.constant('delete'),
  maxMessageBytes: fc.constant(2 ** 24),
  fileDeleteDelayMs: fc.constant(60_000),
  flushMessages: fc.constantFrom(1, 9, Number.MAX_SAFE_INTEGER),
  flushMs: fc.constantFrom(1, Number.MAX_SAFE_INTEGER),
  timestampType: fc.constantFrom('CreateTime' as const, 'CreateTime' as const, 'LogAppendTime' as const),
  timestampBeforeMaxMs: fc.constant(Number.MAX_SAFE_INTEGER),
  timestampAfterMaxMs: fc.constant(Number.MAX_SAFE_INTEGER),
  compressionType: fc.constant('producer' as const),
  gzipLevel: fc.constant(-1),
  lz4Level: fc.constant(9),
  zstdLevel: fc.constant(3),
})
