/**
 * Chains of blows on answers: a sync takes long; what waits for it may lose its connection, and is asked for again while
 * it is still under way; then the node falls at one of the next answers. An answer that did not wait for what it promises
 * is found out by this, and by little else: between the answer and the end of an ordinary sync there is hardly any time.
 *
 * For one node as for a cluster. Sources: KIP-98 (retries of idempotent producers); Rebello et al., "Can Applications
 * Recover from fsync Failures?", ATC 2020, for how seldom slow and failing syncs are met in tests.
 */

import { type Api, apis } from '../../protocol/apis.ts'
import type { PlannedTopic } from '../../workloads/workload.ts'
import { oneOf, type PlanDraw } from './draw.ts'
import type { Fault, Strike, Trigger } from './plan.ts'

/** Ids of the first fault, above those of all other faults. */
const FIRST_ANSWERED = 81
const FAULTS_OF_ROUND = 3

/** What clients wait for that has to be durable. */
const promising: readonly Api[] = [apis.produce, apis.produce, apis.produce, apis.createTopics, apis.deleteRecords]

/** In one plan of three. `lastMs` is when the last operation begins. */
export function answerChains(
  draw: PlanDraw,
  { topics, lastMs }: { readonly topics: readonly PlannedTopic[]; readonly lastMs: number },
): readonly Fault[] {
  if (draw('answered', 0, 3) !== 0) return []
  return Array.from({ length: 1 + draw('answered.count', 0, 3) }, (_, round): readonly Fault[] => {
    const id = FIRST_ANSWERED + FAULTS_OF_ROUND * round
    const slow: Fault = {
      ...{ id, trigger: slowTrigger(draw, round, topics) },
      strike: { kind: 'slow-operation', byMs: oneOf(draw, 'answered.slow', [300, 1500, 4000], round) },
      ...(round === 0 ? {} : { after: id - 1 }),
    }
    const loss: Fault = {
      ...{ id: id + 1, after: id, node: 'same' },
      trigger: { on: 'time', atMs: draw('answered.loss', round, 1 << (1 + draw('answered.loss-scale', round, 6))) },
      strike: { kind: 'reset-connections' },
    }
    const isAskedAgain = draw('answered.again', round, 2) === 0
    const fall: Fault = {
      ...{ id: id + 2, after: isAskedAgain ? id + 1 : id, node: 'same' },
      ...{ trigger: fallTrigger(draw, round, lastMs), strike: drawFall(draw, round) },
    }
    return isAskedAgain ? [slow, loss, fall] : [slow, fall]
  }).flat()
}

/** A sync that somebody waits for: of a topic that vouches for flushed records alone, or of the metadata log. */
function slowTrigger(draw: PlanDraw, round: number, topics: readonly PlannedTopic[]): Trigger {
  const nth = 1 + draw('answered.nth', round, 1 << (1 + draw('answered.scale', round, 5)))
  const awaited = topics.filter(({ settings }) => settings['flush.messages'] === '1').map(({ name }) => name)
  const isOfTopic = awaited.length > 0 && draw('answered.of-topic', round, 4) > 0
  const path = isOfTopic ? oneOf(draw, 'answered.topic', awaited, round) : '__cluster_metadata'
  return { on: 'disk', operation: 'sync', nth, path }
}

function fallTrigger(draw: PlanDraw, round: number, lastMs: number): Trigger {
  const way = draw('answered.way', round, 4)
  if (way === 0) return { on: 'time', atMs: draw('answered.time', round, Math.min(2000, lastMs + 1)) }
  const api = oneOf(draw, 'answered.api', promising, round).key
  return { on: 'event', type: 'RequestAnswered', nth: 1 + draw('answered.answer', round, 4), api, node: 'same' }
}

function drawFall(draw: PlanDraw, round: number): Strike {
  const kind = oneOf(draw, 'answered.kind', ['power-loss', 'power-loss', 'process-kill'] as const, round)
  return { kind, downMs: oneOf(draw, 'answered.down', [1, 50, 500, 3000], round) }
}
