/**
 * What a broker tells of itself: the trace events that invariants, fault triggers, timelines and coverage counts read.
 * They report decisions and state; nothing inside the broker depends on whether anybody listens.
 */

export type BrokerEvent =
  | { readonly type: 'BrokerStarting'; readonly clean: boolean }
  | { readonly type: 'BrokerReady'; readonly partitions: number }
  | { readonly type: 'BrokerStopping' }
  | { readonly type: 'BrokerStopped' }
  | {
      readonly type: 'LogLoaded'
      readonly partition: string
      readonly startOffset: number
      readonly endOffset: number
      /** False when the log was trusted as a clean shutdown had left it. */
      readonly recovered: boolean
      /** Bytes cut off because no whole batch was found there. */
      readonly truncatedBytes: number
    }
  | {
      readonly type: 'BatchAppended'
      readonly partition: string
      readonly baseOffset: number
      /** Exclusive. */
      readonly endOffset: number
      /** The batch as it lies in the log; borrowed until the listener returns. */
      readonly batch: Uint8Array
    }
  | { readonly type: 'LogFlushed'; readonly partition: string; readonly endOffset: number }
  | { readonly type: 'SegmentRolled'; readonly partition: string; readonly baseOffset: number }
  | { readonly type: 'SegmentDeleted'; readonly partition: string; readonly baseOffset: number }
  | { readonly type: 'LogStartMoved'; readonly partition: string; readonly startOffset: number }
  | { readonly type: 'LogTruncated'; readonly partition: string; readonly endOffset: number }
  | { readonly type: 'HighWatermarkMoved'; readonly partition: string; readonly highWatermark: number }
  | { readonly type: 'MetadataCommitted'; readonly endOffset: number }
  /** The image was brought up to this offset; `hash` is equal on all nodes at equal offsets. */
  | { readonly type: 'MetadataPublished'; readonly endOffset: number; readonly hash: string }
  | { readonly type: 'TopicPublished'; readonly topic: string; readonly partitions: number }
  | { readonly type: 'RequestStarted'; readonly api: number; readonly clientId: string | null }
  | { readonly type: 'RequestAnswered'; readonly api: number; readonly clientId: string | null }
  | { readonly type: 'DiskFailed'; readonly path: string; readonly code: string }
