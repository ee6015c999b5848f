/** Values that requests are drawn from: few, so that requests meet, and on both sides of every edge. */

import fc from 'fast-check'
import type { Drawn } from '../request.ts'

type Weighted = readonly [weight: number, arbitrary: fc.Arbitrary<Drawn>]

/** One of several, by weight. */
export function oneOf(...choices: readonly Weighted[]): fc.Arbitrary<Drawn> {
  return fc.oneof(...choices.map(([weight, arbitrary]) => ({ weight, arbitrary })))
}

/** One of these. */
export function of(...values: readonly Drawn[]): fc.Arbitrary<Drawn> {
  return fc.constantFrom(...values)
}

/** An array, mostly of one or two. */
export function some(each: fc.Arbitrary<Drawn>, maxLength = 3, minLength = 0): fc.Arbitrary<Drawn> {
  const few = fc.array(each, { minLength: Math.max(minLength, 1), maxLength: Math.min(2, maxLength) })
  return oneOf([6, few], [1, fc.array(each, { minLength, maxLength })])
}

/** A structure. */
export function body(fields: Readonly<Record<string, fc.Arbitrary<Drawn>>>): fc.Arbitrary<Drawn> {
  return fc.record(fields) as fc.Arbitrary<Drawn>
}

/** Names that a sequence creates and uses; one of them mostly, so that requests meet. */
const USUAL_TOPICS = ['~a', '~b', '~c'] as const

export const usualTopic = oneOf([5, of(USUAL_TOPICS[0])], [2, of(USUAL_TOPICS[1])], [1, of(USUAL_TOPICS[2])])

/** Names that nobody may have, or that collide with others. */
export const topicName = oneOf(
  [12, usualTopic],
  [1, of('~never', '~x.y', '~x_y', `~${'n'.repeat(230)}`, '__cluster_metadata')],
  [1, of('', '.', '..', '~a b', '~é', `~${'n'.repeat(250)}`, '~a/b', '~a:b', '~a\u0000')],
)

const ZERO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'
const OTHER_IDS = ['c29tZSBvdGhlciB0b3BpYw', 'AAAAAAAAAAAAAAAAAAAAAQ'] as const

/** Ids of no topic of a sequence. */
export const DRAWN_TOPIC_IDS: readonly string[] = [ZERO_ID, ...OTHER_IDS]

/** Ids that are not the zero id. */
export const realTopicId = oneOf(
  [10, usualTopic.map((name) => ({ $: 'topic id', of: name as string, back: 0 }) as const)],
  [1, usualTopic.map((name) => ({ $: 'topic id', of: name as string, back: 1 }) as const)],
  [1, of(...OTHER_IDS)],
)

export const topicId = oneOf([20, realTopicId], [1, of(ZERO_ID)])

export const partitionIndex = oneOf([10, of(0)], [5, of(1)], [2, of(2)], [1, of(3, 7, -1, 2 ** 31 - 1, -(2 ** 31))])

/** Time for whatever is asked, and none: at 0 ms or below a change is given up before it begins. */
export const timeoutMs = oneOf([12, of(5_000, 2 ** 31 - 1)], [1, of(0, -1, -(2 ** 31))])

export const flag = of(true, false)

/** What a client believes in: it does not say, or the only one that there is; now and then another. */
export const leaderEpoch = oneOf([6, of(-1, 0)], [1, of(1, -2)])

/** The node that both brokers are, and others that there are not. */
export const brokerId = oneOf([8, of(1)], [1, of(0, 2, -1)])
