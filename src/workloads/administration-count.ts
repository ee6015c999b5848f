/**
 * The oracle of *topic administration*: counts what was answered against the last listing and the settings shown there.
 *
 *   admin-0: create topic-3 → ok        admin-1: create topic-3 → ok, and nobody deleted it: made twice
 *   admin-0: delete topic-5 → ok        the last listing → topic-5, and nobody created it since: a deletion undone
 *   admin-1: set retention.ms of topic-3 to 17 → ok, the last that was answered; shown at the end → 12: a setting lost
 *
 * What has no known outcome may have happened at any time after it was asked for. Two things come of requests that travel
 * in several copies (`request-copies.ts`). What was answered may happen once more: only by a copy that was still on its
 * way then. What was refused because it is so already may be so by this very request: only if more than one copy of it
 * could be carried out. Where nobody watched the wire, both are taken for possible; the first not of what was answered so
 * soon that nobody can have given up a try. That no answered creation is missing is the checker's (`lost-topic`).
 */

import { assert } from '../world/assert.ts'
import type { Operation, OperationOf, TopicSetting } from './history/operation.ts'
import type { OracleFinding } from './oracle-anomalies.ts'
import { type AskedDuring, type Change, type ChangeSubject, RequestCopies } from './request-copies.ts'

/** An attempt that may have had an effect, from when it was asked for to when it was answered, if it was. */
interface Attempt<out F extends Change> {
  readonly began: OperationOf<F>
  readonly isAnswered: boolean
  /** Index of the answer; without end where its outcome is unknown. */
  readonly endIndex: number
  /** How long it took; without end where its outcome is unknown. */
  readonly tookUs: number
}

/** Where nobody watched the wire: whoever is answered sooner than this was sent once, for tries are given up after seconds. */
const ONE_TRY_US = 1_000_000

/** Findings over a history that ends with a reading of everything. */
export function miscountedTopics(
  operations: readonly Operation[],
  copies: RequestCopies = new RequestCopies(undefined),
): readonly OracleFinding[] {
  const creations = attempts(operations, 'create-topic', copies)
  const deletions = attempts(operations, 'delete-topic', copies)
  const settings = attempts(operations, 'set-config', copies)
  return [
    ...listedTwice(operations),
    ...madeTwice(creations, deletions, copies),
    ...undoneDeletions(operations, creations, deletions, copies),
    ...lostSettings(operations, settings, new Set([...deletions].map(({ began }) => began.value)), copies),
  ]
}

function attempts<F extends Change>(
  operations: readonly Operation[],
  f: F,
  copies: RequestCopies,
): readonly Attempt<F>[] {
  const open = new Map<number, OperationOf<F>>()
  const found: Attempt<F>[] = []
  for (const operation of operations) {
    if (operation.f !== f) continue
    const one = operation as OperationOf<F>
    if (one.type === 'invoke') open.set(one.process, one)
    else {
      const began = open.get(one.process)!
      open.delete(one.process)
      const about = { began, endIndex: one.index, tookUs: one.timeUs - began.timeUs }
      const isOwnDoing = (): boolean =>
        copies.mayActTwice(subjectOf(operation), { fromUs: began.timeUs, toUs: one.timeUs })
      if (one.type === 'ok') found.push({ ...about, isAnswered: true })
      if (one.type === 'fail' && isSoAlready(one.error) && isOwnDoing()) found.push({ ...about, isAnswered: false })
      if (one.type === 'info') found.push({ ...about, ...withoutEnd, isAnswered: false })
    }
  }
  for (const began of open.values()) found.push({ began, ...withoutEnd, isAnswered: false })
  return found
}

const withoutEnd = { endIndex: Number.MAX_SAFE_INTEGER, tookUs: Number.MAX_SAFE_INTEGER } as const

function duringOf({ began, tookUs }: Attempt<Change>): AskedDuring {
  return { fromUs: began.timeUs, toUs: began.timeUs + tookUs }
}

/** Whether the attempt may happen, or happen once more, when `other` was asked for, or later. */
function mayFollow(attempt: Attempt<Change>, other: Operation, copies: RequestCopies): boolean {
  if (attempt.endIndex > other.index) return true
  return copies.areKnown
    ? copies.mayActAfter(subjectOf(attempt.began), duringOf(attempt), other.timeUs)
    : attempt.tookUs >= ONE_TRY_US
}

/** Whether the refusal says that what was asked for is so already. */
function isSoAlready(error: string | undefined): boolean {
  return error === 'TOPIC_ALREADY_EXISTS' || error === 'UNKNOWN_TOPIC_OR_PARTITION'
}

function* listedTwice(operations: readonly Operation[]): Generator<OracleFinding> {
  for (const operation of operations) {
    if (operation.f !== 'list-topics' || operation.type !== 'ok') continue
    const names = operation.value.map(({ topic }) => topic)
    const twice = names.find((name, index) => names.indexOf(name) !== index)
    if (twice === undefined) continue
    yield finding('topic-made-twice', twice, `A listing shows topic ${twice} twice.`, [operation.index])
    return
  }
}

/** Two answered creations of one name, one after the other, and no deletion that could lie between them. */
function* madeTwice(
  creations: readonly Attempt<'create-topic'>[],
  deletions: readonly Attempt<'delete-topic'>[],
  copies: RequestCopies,
): Generator<OracleFinding> {
  const answered = creations.filter(({ isAnswered }) => isAnswered)
  for (const [index, first] of answered.entries()) {
    const name = first.began.value.topic
    const second = answered.slice(index + 1).find(({ began }) => began.value.topic === name)
    if (second === undefined) continue
    const latest = Math.max(first.endIndex, second.endIndex)
    const earliest = first.began.index < second.began.index ? first.began : second.began
    // Answers may come late and out of order: any deletion may lie between that was asked for before the later answer,
    // and was not over when the first was asked for.
    const liesBetween = (deletion: Attempt<'delete-topic'>): boolean =>
      deletion.began.index < latest && mayFollow(deletion, earliest, copies)
    if (deletions.some((deletion) => deletion.began.value === name && liesBetween(deletion))) continue
    const message = `The creation of topic ${name} was answered twice, and nobody deleted it.`
    yield finding('topic-made-twice', name, message, [first.endIndex, second.endIndex])
  }
}

/** Shown by the last listing, though deleted before it and not created again. */
function* undoneDeletions(
  operations: readonly Operation[],
  creations: readonly Attempt<'create-topic'>[],
  deletions: readonly Attempt<'delete-topic'>[],
  copies: RequestCopies,
): Generator<OracleFinding> {
  const listing = lastOf(operations, 'list-topics')
  if (listing === undefined) return
  const shown = new Set(listing.ok.value.map(({ topic }) => topic))
  for (const { began, isAnswered, endIndex } of deletions) {
    const name = began.value
    if (!isAnswered || endIndex > listing.askedIndex || !shown.has(name)) continue
    // A creation that was answered before the deletion was asked for is what the deletion deleted.
    const isAgain = (creation: Attempt<'create-topic'>) =>
      creation.began.value.topic === name && mayFollow(creation, began, copies)
    if (creations.some(isAgain)) continue
    const message = `Topic ${name}, whose deletion was answered, is shown by the last listing.`
    yield finding('deletion-undone', name, message, [endIndex, listing.ok.index])
  }
}

/** Topics that somebody tried to delete are left out: created anew they have their defaults. */
function* lostSettings(
  operations: readonly Operation[],
  settings: readonly Attempt<'set-config'>[],
  deleted: ReadonlySet<string>,
  copies: RequestCopies,
): Generator<OracleFinding> {
  const description = lastOf(operations, 'describe-configs')
  if (description === undefined) return
  for (const shown of description.ok.value.filter(({ topic }) => !deleted.has(topic))) {
    const own = settings.filter(({ began }) => isSame(began.value, shown))
    const before = own.filter(({ isAnswered, endIndex }) => isAnswered && endIndex < description.askedIndex)
    if (before.length === 0) continue
    const isSuperseded = (attempt: Attempt<'set-config'>) =>
      before.some(({ began }) => began !== attempt.began && !mayFollow(attempt, began, copies))
    const allowed = own.filter((attempt) => !isSuperseded(attempt)).map(({ began }) => began.value.text)
    if (allowed.includes(shown.text)) continue
    const { topic, setting, text } = shown
    const message = `${setting} of topic ${topic} is shown as ${text}, and ${allowed.join(' or ')} was set.`
    yield finding('setting-lost', topic, message, [...before.map(({ endIndex }) => endIndex), description.ok.index])
  }
}

/** What an operation asks for. */
function subjectOf(operation: Operation): ChangeSubject {
  if (operation.f === 'create-topic') return { change: operation.f, topic: operation.value.topic }
  if (operation.f === 'delete-topic') return { change: operation.f, topic: operation.value }
  assert(operation.f === 'set-config', 'only changes travel in copies')
  return { change: operation.f, ...operation.value }
}

function isSame(one: TopicSetting, other: TopicSetting): boolean {
  return one.topic === other.topic && one.setting === other.setting
}

/** The last of its kind that ended `ok`, and the index at which it was asked for. */
function lastOf<F extends 'list-topics' | 'describe-configs'>(
  operations: readonly Operation[],
  f: F,
): { readonly ok: OperationOf<F>; readonly askedIndex: number } | undefined {
  const ok = operations.findLast((operation) => operation.f === f && operation.type === 'ok') as
    | OperationOf<F>
    | undefined
  if (ok === undefined) return undefined
  const asked = operations.findLast(
    ({ index, process, type }) => index < ok.index && process === ok.process && type === 'invoke',
  )
  return { ok, askedIndex: asked?.index ?? ok.index }
}

function finding(
  anomaly: OracleFinding['anomaly'],
  key: string,
  message: string,
  operations: readonly number[],
): OracleFinding {
  return { anomaly, key, message, operations, values: [], offsets: [] }
}
