/**
 * Runs the invariants over several nodes, and keeps what they share: what each node told of the quorum, the one committed
 * metadata log, and what its records amount to.
 *
 * Each event is first shown to the invariants, then taken note of; what it commits for the first time is shown last.
 */

import type { BrokerEvent } from '../../../broker/observe/events.ts'
import type { SeenResponse } from '../../run/wire-tap.ts'
import type { ClusterInvariant, ClusterJudged } from './cluster-invariant.ts'
import { ClusterState } from './cluster-state.ts'
import { CommittedLog } from './committed-log.ts'
import { highestEpoch, leaderOutside, leaderProblem } from './l3-leadership.ts'
import { type Convergence, convergenceProblem } from './l4-convergence.ts'
import { QuorumGhost } from './quorum-ghost.ts'
import { newClusterInvariants } from './table.ts'

export type ClusterWatchOptions = Pick<ClusterJudged, 'voters' | 'ghostOf' | 'disk' | 'nowUs'> & {
  readonly broken: (name: string) => ClusterJudged['broken']
}

interface Watched {
  readonly invariant: ClusterInvariant
  readonly judged: ClusterJudged
}

export class ClusterWatch {
  readonly #options: ClusterWatchOptions
  readonly #committed = new CommittedLog()
  readonly #state = new ClusterState()
  readonly #quorum = new QuorumGhost()
  readonly #watched: readonly Watched[]
  /** Answers of the present event. */
  readonly #answered: SeenResponse[] = []

  constructor(options: ClusterWatchOptions) {
    const shared = { committed: this.#committed, state: this.#state, quorum: this.#quorum }
    this.#options = options
    this.#watched = newClusterInvariants().map((invariant) => ({
      invariant,
      judged: { ...options, ...shared, broken: options.broken(invariant.name) },
    }))
  }

  /** The node that leads the quorum, or did last; undefined before there was one. */
  get leader(): number | undefined {
    return this.#quorum.lastLeader
  }

  onEvent(node: number, event: BrokerEvent): void {
    for (const { invariant, judged } of this.#watched) invariant.onEvent?.(judged, node, event)
    this.#quorum.observe(node, event)
    if (event.type === 'BrokerStarting') this.#committed.begin(node)
    if (event.type === 'MetadataCommitted') this.#learn(node, event.endOffset)
  }

  onResponse(response: SeenResponse): void {
    this.#answered.push(response)
  }

  /** Between two events: an answer and the commit that it waited for may be told in either order within one. */
  afterEvent(): void {
    for (const response of this.#answered.splice(0)) {
      for (const { invariant, judged } of this.#watched) invariant.onResponse?.(judged, response)
    }
  }

  /** L3: see `l3-leadership.ts`. */
  leaderProblem(core: readonly number[]): string | undefined {
    return leaderProblem(this.#quorum, core)
  }

  /** L3, of nodes that run and are cut off from the core. */
  leaderOutside(outside: readonly number[]): number | undefined {
    return leaderOutside(this.#quorum, outside)
  }

  /** Up to where metadata was told committed by anybody. */
  get committedEnd(): number {
    return this.#committed.endOffset
  }

  /** The highest epoch that a node of the core is in. */
  epochOf(core: readonly number[]): number {
    return highestEpoch(this.#quorum, core)
  }

  /** L4: see `l4-convergence.ts`. */
  convergenceProblem(of: Convergence): string | undefined {
    return convergenceProblem({ quorum: this.#quorum, state: this.#state }, of)
  }

  #learn(node: number, endOffset: number): void {
    for (const batch of this.#committed.learn(node, this.#options.ghostOf(node), endOffset)) {
      this.#state.apply(batch)
      for (const { invariant, judged } of this.#watched) invariant.onCommitted?.(judged, node, batch)
    }
  }
}
