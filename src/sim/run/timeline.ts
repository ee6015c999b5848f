/**
 * The readable timeline of a run: what the broker did, what was said on the wire, what struck, in plain words. Kept only
 * when somebody asks; bounded.
 */

import type { BrokerEvent } from '../../broker/observe/events.ts'
import { apis } from '../../protocol/apis.ts'
import { errorName } from '../../protocol/errors.ts'
import type { ProduceResponse } from '../../protocol/messages/00-produce.ts'
import type { FetchResponse } from '../../protocol/messages/01-fetch.ts'
import type { CreateTopicsResponse } from '../../protocol/messages/19-create-topics.ts'
import type { InitProducerIdResponse } from '../../protocol/messages/22-init-producer-id.ts'
import { batchLastOffset, readBatchHeader } from '../../protocol/record-batch.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import type { Fault } from '../plan/plan.ts'
import { quorumWords } from './quorum-words.ts'
import type { TimelineEntry } from './verdict.ts'
import type { SeenResponse } from './wire-tap.ts'

const ENTRIES_MAX = 100_000

export class Timeline {
  readonly #at: () => { readonly atUs: number; readonly event: number }
  readonly #entries: TimelineEntry[] = []

  constructor(at: () => { readonly atUs: number; readonly event: number }) {
    this.#at = at
  }

  get entries(): readonly TimelineEntry[] {
    return this.#entries
  }

  add(who: string, what: string): void {
    if (this.#entries.length < ENTRIES_MAX) this.#entries.push({ ...this.#at(), who, what })
  }

  /** `who` is the node's name. */
  onBroker(who: string, event: BrokerEvent): void {
    const what = wordsOf(event) ?? (who === 'broker' ? undefined : quorumWords(event))
    if (what !== undefined) this.add(who, what)
  }

  onResponse(who: string, client: string, response: SeenResponse, names: ReadonlyMap<Uuid, string>): void {
    for (const what of answersOf(response, names)) this.add(who, `answers ${client}: ${what}`)
  }

  /** `victim` is the name of the node that it strikes. */
  onFault(fault: Fault, isDeclined: boolean, victim: string): void {
    this.add(
      'fault',
      `${isDeclined ? 'declined: ' : ''}${strikeWords(fault, victim === 'broker' ? 'the broker' : victim)}`,
    )
  }
}

function wordsOf(event: BrokerEvent): string | undefined {
  switch (event.type) {
    case 'BrokerStarting':
      return event.clean ? 'starts, and takes the last stop for a clean one' : 'starts, and must recover'
    case 'BrokerReady':
      return `is ready with ${event.partitions} partitions`
    case 'BrokerStopping':
      return 'stops cleanly'
    case 'BrokerStopped':
      return 'has stopped, and leaves the clean-shutdown marker'
    case 'LogLoaded': {
      const cut = event.truncatedBytes > 0 ? `, ${event.truncatedBytes} bytes cut off` : ''
      return `${event.recovered ? 'recovers' : 'loads'} ${event.partition}: [${event.startOffset}, ${event.endOffset})${cut}`
    }
    case 'BatchAppended': {
      const { producerId, baseSequence } = readBatchHeader(event.batch, 0)
      const by = producerId < 0 ? '' : `, producer ${producerId} sequence ${baseSequence}`
      return `appends offsets ${event.baseOffset} to ${event.endOffset - 1} of ${event.partition}${by}`
    }
    case 'LogFlushed':
      return `has flushed ${event.partition} to ${event.endOffset}`
    case 'SegmentRolled':
      return `begins segment ${event.baseOffset} of ${event.partition}`
    case 'SegmentDeleted':
      return `deletes segment ${event.baseOffset} of ${event.partition}`
    case 'LogStartMoved':
      return `moves the start of ${event.partition} to ${event.startOffset}`
    case 'TopicPublished':
      return `publishes topic ${event.topic} with ${event.partitions} partitions`
    case 'DiskFailed':
      return `stops: ${event.path} failed with ${event.code}`
    default:
      return undefined
  }
}

function* answersOf({ request, body }: SeenResponse, names: ReadonlyMap<Uuid, string>): Generator<string> {
  if (request.api === apis.produce) {
    for (const { name, topicId, partitionResponses } of (body as ProduceResponse).responses) {
      for (const { index, errorCode, baseOffset } of partitionResponses) {
        const where = `${name || (names.get(topicId) ?? topicId)}-${index}`
        yield errorCode === 0 ? `records are in ${where} from offset ${baseOffset}` : `${where} ${errorName(errorCode)}`
      }
    }
  } else if (request.api === apis.fetch) {
    for (const { topic, topicId, partitions } of (body as FetchResponse).responses) {
      for (const { partitionIndex, errorCode, records } of partitions) {
        const where = `${topic || (names.get(topicId) ?? topicId)}-${partitionIndex}`
        if (errorCode !== 0) yield `${where} ${errorName(errorCode)}`
        else if (records !== null && records.length > 61) {
          yield `records of ${where} from offset ${readBatchHeader(records, 0).baseOffset}, the first batch to ${batchLastOffset(records, 0)}`
        }
      }
    }
  } else if (request.api === apis.createTopics) {
    for (const { name, errorCode } of (body as CreateTopicsResponse).topics) {
      yield errorCode === 0 ? `topic ${name} is created` : `topic ${name}: ${errorName(errorCode)}`
    }
  } else if (request.api === apis.initProducerId) {
    const { errorCode, producerId } = body as InitProducerIdResponse
    yield errorCode === 0 ? `producer id ${producerId}` : `no producer id: ${errorName(errorCode)}`
  }
}

function strikeWords({ trigger, strike }: Fault, victim: string): string {
  const when =
    trigger.on === 'time'
      ? ''
      : trigger.on === 'disk'
        ? ` (at ${trigger.operation} ${trigger.nth}${trigger.path === undefined ? '' : ` of ${trigger.path}`})`
        : ` (at ${trigger.type} ${trigger.nth})`
  switch (strike.kind) {
    case 'process-kill':
      return `${victim} is killed${when}`
    case 'power-loss':
      return `the power ${victim === 'the broker' ? '' : `of ${victim} `}fails${when}`
    case 'clean-restart':
      return `${victim} is told to stop and start again${when}`
    case 'reset-connections':
      return `every connection is reset${when}`
    case 'clock-jump':
      return `the wall clock is set by ${strike.byMs} ms${when}`
    case 'full-disk':
      return `the disk holds ${strike.leftBytes} bytes more${when}`
    case 'network-split': {
      const [a, b] = [strike.a.join(', '), strike.b.join(', ')]
      return strike.direction === 'both'
        ? `nodes ${a} and nodes ${b} cannot reach each other for ${strike.forMs} ms${when}`
        : `nothing gets from nodes ${a} to nodes ${b} for ${strike.forMs} ms${when}`
    }
    case 'held-messages':
      return `what is on its way from nodes ${strike.a.join(', ')} to nodes ${strike.b.join(', ')} is held for ${strike.forMs} ms${when}`
    case 'power-outage':
      return `the power of nodes ${strike.nodes.join(', ')} fails${when}`
    default:
      return `${strike.kind.replaceAll('-', ' ')}${victim === 'the broker' ? '' : ` of ${victim}`}${when}`
  }
}
