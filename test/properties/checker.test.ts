/**
 * The checker against histories of a model: partitions that are plain lists, clients that run at the same time, crash,
 * and are told the truth, part of it or nothing, and power losses that take unflushed suffixes. Whatever the model does
 * is allowed, so nothing must be found; one lie put into such a history must be.
 */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/workloads/checker/anomalies.ts'
import { checkHistory } from '../../src/workloads/checker/check-history.ts'
import type { LostSuffix } from '../../src/workloads/checker/lost-suffix.ts'
import { History, type Token } from '../../src/workloads/history/history.ts'
import type { Key, Operation, PolledRecord, Send } from '../../src/workloads/history/operation.ts'

const keys: readonly Key[] = ['x-0', 'x-1']
const finalReader = 7

interface Entry {
  readonly value: number
  /** Entries of one batch are lost or kept together. */
  readonly batch: number
}

interface Client {
  process: number
  readonly idempotent: boolean
  send: { readonly token: Token<'send'>; offset: number | undefined; batch: number } | undefined
  poll: { readonly token: Token<'poll'>; records: PolledRecord[]; next: Map<Key, number> } | undefined
  positions: Map<Key, number>
}

class Model {
  nowUs = 0
  readonly history = new History({ concurrency: 8, nowUs: () => this.nowUs })
  readonly excuses: LostSuffix[] = []
  readonly #logs = new Map<Key, Entry[]>(keys.map((key) => [key, []]))
  readonly #flushed = new Map<Key, number>(keys.map((key) => [key, 0]))
  readonly #late: Token<'send'>[] = []
  readonly #clients: Client[] = [0, 1, 2, 3].map((process) => ({
    ...{ process, idempotent: process % 2 === 0, send: undefined, poll: undefined },
    positions: new Map<Key, number>(keys.map((key) => [key, 0])),
  }))
  #values = 0
  #batches = 0

  log(key: Key): Entry[] {
    return this.#logs.get(key) as Entry[]
  }

  step(action: number, actor: number, choice: number): void {
    const client = this.#clients[actor % this.#clients.length] as Client
    const key = keys[choice % 2] as Key
    const isIdle = client.send === undefined && client.poll === undefined
    switch (action) {
      case 0:
        this.nowUs += choice
        break
      case 1:
        if (isIdle) this.invokeSend(client.process, key, 1 + (choice % 3), client)
        break
      case 2:
      case 3:
        this.#write(client, choice)
        break
      case 4:
      case 5:
        this.#endSend(client, choice)
        break
      case 6:
        if (isIdle) this.#invokePoll(client)
        break
      case 7:
      case 8:
        this.#fetch(client, key, choice)
        break
      case 9:
        this.#endPoll(client, choice)
        break
      case 10:
        if (isIdle) this.#assign(client, choice)
        break
      case 11:
        for (const token of this.#late.splice(0)) this.#append(token)
        break
      case 12:
        this.#flushed.set(key, this.log(key).length)
        break
    }
  }

  invokeSend(process: number, key: Key, count: number, client: Client | undefined): Token<'send'> {
    const value = Array.from({ length: count }, () => ({ key, value: this.#values++ }))
    const idempotent = client?.idempotent ?? true
    const token = this.history.invoke(process, 'send', { value, acks: 'all', idempotent })
    if (client !== undefined) client.send = { token, offset: undefined, batch: -1 }
    return token
  }

  /** A send that goes well, by a client of its own. */
  sendWell(process: number, key: Key, count: number): void {
    const token = this.invokeSend(process, key, count, undefined)
    this.nowUs += 1
    this.history.ok(token, placed(token, this.#append(token)))
  }

  /** The power fails: of each partition an unflushed suffix goes, by whole batches. */
  losePower(choice: number): void {
    for (const key of keys) {
      const log = this.log(key)
      const flushed = this.#flushed.get(key) as number
      let from = flushed + (choice % (log.length - flushed + 1))
      while (from > flushed && log[from]?.batch === log[from - 1]?.batch) from -= 1
      if (from === log.length) continue
      this.excuses.push({ key, fromOffset: from, endOffset: log.length, atTimeUs: this.nowUs })
      log.length = from
    }
  }

  /** Ends whatever is under way. */
  endAll(): void {
    for (const client of this.#clients) {
      this.#endSend(client, 1)
      if (client.send !== undefined) this.history.info(client.send.token, 'END')
      this.#endPoll(client, 1)
    }
  }

  /** One consumer reads everything from the beginning, a partition per poll. */
  readAll(): void {
    this.nowUs += 1
    this.history.ok(this.history.invoke(finalReader, 'assign', { value: keys, seekTo: 'beginning' }))
    for (const key of keys) {
      const token = this.history.invoke(finalReader, 'poll', { value: [] })
      this.history.ok(token, this.#records(key, 0, this.log(key).length))
    }
  }

  #append(token: Token<'send'>): number {
    const log = this.log((token.value[0] as Send).key)
    const offset = log.length
    const batch = this.#batches++
    for (const { value } of token.value) log.push({ value: value as number, batch })
    return offset
  }

  /** The broker writes the batch; a retry writes it again unless the producer is idempotent and the batch still there. */
  #write({ send, idempotent }: Client, choice: number): void {
    if (send === undefined) return
    const isRetry =
      send.offset !== undefined && this.log((send.token.value[0] as Send).key)[send.offset]?.batch === send.batch
    if (isRetry && (idempotent || choice % 4 !== 0)) return
    send.batch = this.#batches
    send.offset = this.#append(send.token)
  }

  #endSend(client: Client, choice: number): void {
    const { send } = client
    if (send === undefined) return
    if (send.offset !== undefined && choice % 4 !== 0) this.history.ok(send.token, placed(send.token, send.offset))
    else if (send.offset === undefined && choice % 2 === 0) this.history.fail(send.token, 'REFUSED')
    else {
      this.history.info(send.token, 'TIMED_OUT')
      if (send.offset === undefined) this.#late.push(send.token)
      client.process = this.history.nextProcess(client.process)
    }
    client.send = undefined
  }

  #invokePoll(client: Client): void {
    const token = this.history.invoke(client.process, 'poll', { value: [] })
    client.poll = { token, records: [], next: new Map(client.positions) }
  }

  #fetch({ poll }: Client, key: Key, choice: number): void {
    const position = poll?.next.get(key)
    if (poll === undefined || position === undefined) return
    const end = this.log(key).length
    const from = position <= end ? position : choice % 3 === 0 ? end : 0
    const to = Math.min(end, from + 1 + (choice % 4))
    poll.records.push(...this.#records(key, from, to))
    poll.next.set(key, Math.max(from, to))
  }

  #endPoll(client: Client, choice: number): void {
    const { poll } = client
    if (poll === undefined) return
    if (choice % 5 > 1) {
      this.history.ok(poll.token, poll.records)
      client.positions = poll.next
    } else if (choice % 5 === 1) this.history.fail(poll.token, 'CLOSED', poll.records)
    else this.history.info(poll.token, 'TIMED_OUT', poll.records)
    client.process = this.history.nextProcess(client.process)
    client.poll = undefined
  }

  #assign(client: Client, choice: number): void {
    const value = choice % 3 === 2 ? keys : [keys[choice % 3] as Key]
    const seek = [undefined, 'beginning', 'end'][choice % 7] as 'beginning' | 'end' | undefined
    const token = this.history.invoke(
      client.process,
      'assign',
      seek === undefined ? { value } : { value, seekTo: seek },
    )
    const kept = seek === undefined ? client.positions : new Map<Key, number>()
    const start = (key: Key) => (seek === 'end' ? this.log(key).length : 0)
    client.positions = new Map(value.map((key) => [key, kept.get(key) ?? start(key)]))
    this.history.ok(token)
  }

  #records(key: Key, from: number, to: number): PolledRecord[] {
    return this.log(key)
      .slice(from, Math.max(from, to))
      .map(({ value }, position) => ({ key, offset: from + position, value }))
  }
}

function placed(token: Token<'send'>, offset: number): readonly Send[] {
  return token.value.map((send, position) => ({ ...send, offset: offset + position }))
}

type Step = readonly [action: number, actor: number, choice: number]
const steps = fc.array(fc.tuple(fc.nat(12), fc.nat(3), fc.nat(60)), { maxLength: 150, size: 'max' })
const stepsWithLosses = fc.array(
  fc.oneof(
    { weight: 15, arbitrary: fc.tuple(fc.nat(12), fc.nat(3), fc.nat(60)) },
    fc.tuple(fc.constant(99), fc.nat(3), fc.nat(60)),
  ),
  { maxLength: 150, size: 'max' },
)

/** Runs the steps between two sends of three records to x-0 that go well; then usually reads everything. */
function run(plan: readonly Step[], { readToTheEnd = true } = {}): Model {
  const model = new Model()
  model.sendWell(5, 'x-0', 3)
  for (const [action, actor, choice] of plan) {
    if (action === 99) model.losePower(choice)
    else model.step(action, actor, choice)
  }
  model.nowUs += 1
  model.sendWell(5, 'x-0', 3)
  model.endAll()
  if (readToTheEnd) model.readAll()
  return model
}

const anomaliesOf = (findings: readonly Finding[]) => findings.map((finding) => finding.anomaly)

describe('histories of a correct log', () => {
  it('yield no finding, whatever crashed and whoever was left in doubt', () => {
    fc.assert(
      fc.property(steps, (plan) => {
        expect(checkHistory(run(plan).history.operations)).toEqual([])
      }),
    )
  })

  it('yield no finding with power losses, if what these took is excused', () => {
    fc.assert(
      fc.property(stepsWithLosses, (plan) => {
        const { history, excuses } = run(plan)
        expect(checkHistory(history.operations, { excuses })).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('yield no finding where nobody read to the end either', () => {
    fc.assert(
      fc.property(stepsWithLosses, (plan) => {
        const { history, excuses } = run(plan, { readToTheEnd: false })
        expect(checkHistory(history.operations, { excuses, readToTheEnd: false })).toEqual([])
      }),
      { numRuns: 1000 },
    )
  })

  it('yield a finding without the excuse if an acknowledged record went unread', () => {
    fc.assert(
      fc.property(stepsWithLosses, (plan) => {
        const { operations } = run(plan).history
        const read = new Set(
          operations
            .flatMap((line) => (line.f === 'poll' && line.type === 'ok' ? line.value : []))
            .map(({ value }) => value),
        )
        const acknowledged = operations.flatMap((line) => (line.f === 'send' && line.type === 'ok' ? line.value : []))
        fc.pre(acknowledged.some(({ value }) => !read.has(value)))
        expect(checkHistory(operations)).not.toEqual([])
      }),
    )
  })
})

/** Changes the polled records of a history; `change` sees each poll that returned any. */
function withPolls(
  operations: readonly Operation[],
  change: (records: readonly PolledRecord[], isFinal: boolean) => readonly PolledRecord[],
): readonly Operation[] {
  return operations.map((line) =>
    line.f === 'poll' && line.value.length > 0
      ? { ...line, value: change(line.value, line.process === finalReader) }
      : line,
  )
}

describe('one lie in a history of a correct log', () => {
  /** The three records that were sent last, read by the final reader alone, with their offsets. */
  const lie = (
    tell: (history: readonly Operation[], last: readonly PolledRecord[]) => readonly Operation[],
    expected: (findings: readonly Finding[], last: readonly PolledRecord[]) => void,
  ) =>
    fc.assert(
      fc.property(stepsWithLosses, (plan) => {
        const { history, excuses } = run(plan)
        const { operations } = history
        const sent = operations.findLast((line) => line.f === 'send' && line.type === 'ok' && line.process === 5)
        const last = (sent?.value ?? []) as readonly PolledRecord[]
        expected(checkHistory(tell(operations, last), { excuses }), last)
      }),
    )

  it('is found if an acknowledged record is dropped from all polls', () => {
    lie(
      (history, [, middle]) => withPolls(history, (records) => records.filter(({ value }) => value !== middle?.value)),
      (findings, [, middle]) => {
        expect(findings).toContainEqual(expect.objectContaining({ anomaly: 'lost-write', values: [middle?.value] }))
        expect(anomaliesOf(findings)).toContain('int-poll-skip')
      },
    )
  })

  it('is found if the last acknowledged record is dropped', () => {
    lie(
      (history, [, , last]) => withPolls(history, (records) => records.filter(({ value }) => value !== last?.value)),
      (findings, [, , last]) => {
        const about = findings.filter(({ values }) => values.includes(last?.value ?? -1))
        expect(anomaliesOf(about).some((name) => name === 'unseen' || name === 'lost-write')).toBe(true)
      },
    )
  })

  it('is found if a record is there twice', () => {
    lie(
      (history, [first]) =>
        withPolls(history, (records, isFinal) => {
          const end = records.at(-1)?.offset ?? 0
          const isHere = isFinal && records.some(({ value }) => value === first?.value)
          return isHere ? [...records, { ...(first as PolledRecord), offset: end + 1 }] : records
        }),
      (findings, [first]) =>
        expect(findings).toContainEqual(expect.objectContaining({ anomaly: 'duplicate', values: [first?.value] })),
    )
  })

  it('is found if two records change places, or only their order', () => {
    const exchange = (history: readonly Operation[], left: PolledRecord, right: PolledRecord) =>
      withPolls(history, (records, isFinal) =>
        records.map((record) =>
          isFinal && record.value === left.value ? right : isFinal && record.value === right.value ? left : record,
        ),
      )
    lie(
      (history, [left, right]) => exchange(history, left as PolledRecord, right as PolledRecord),
      (findings) => expect(anomaliesOf(findings)).toContain('int-nonmonotonic-poll'),
    )
    lie(
      (history, [left, right]) => {
        const [a, b] = [left as PolledRecord, right as PolledRecord]
        return exchange(history, { ...a, offset: b.offset }, { ...b, offset: a.offset })
      },
      (findings) => expect(anomaliesOf(findings)).toContain('inconsistent-offsets'),
    )
  })

  it('is found if a value is changed', () => {
    lie(
      (history, [first]) =>
        withPolls(history, (records, isFinal) =>
          records.map((record) =>
            isFinal && record.value === first?.value ? { ...record, value: 'corrupt' } : record,
          ),
        ),
      (findings, [first]) =>
        expect(findings).toContainEqual(
          expect.objectContaining({ anomaly: 'unwritten-read', values: ['corrupt'], offsets: [first?.offset] }),
        ),
    )
  })

  it('is found if a send that was written is said to have failed', () => {
    lie(
      (history, [first]) =>
        history.map((line) =>
          line.f === 'send' && line.type === 'ok' && line.value.some(({ value }) => value === first?.value)
            ? { ...line, type: 'fail' as const }
            : line,
        ),
      (findings, [first]) =>
        expect(findings).toContainEqual(expect.objectContaining({ anomaly: 'G1a', values: [first?.value] })),
    )
  })
})
