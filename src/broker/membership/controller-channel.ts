/**
 * The way to the active controller, wherever it is: on this node, or on another.
 *
 * A request is tried until its time is over: where no controller is known, where it cannot be reached, and where it says
 * that it is not the controller any more. A try at a node that says nothing ends when another is known to lead, for such a
 * node may hang. A request that was sent and not answered may have been carried out, and is sent again all the same, as
 * Kafka does: what is asked of a controller must bear that. Source: Kafka's `NodeToControllerChannelManager`.
 */

import type { Api } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import type { Decoded, Encodable, Message } from '../../protocol/schema.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'
import type { Peers } from '../peers/peers.ts'
import type { Quorum } from '../quorum/quorum.ts'

/** Carries a request out on this node, as if it had come over its controller listener. */
export type CallLocally = <Request extends Message, Response extends Message>(
  api: Api<Request, Response>,
  body: Encodable<Request>,
  done: (response: Decoded<Response>) => void,
) => void

export interface ControllerChannelOptions {
  readonly world: World
  readonly nodeId: number
  readonly quorum: Pick<Quorum, 'leader' | 'listen'>
  /** Where a voter's controller listener is; undefined for a node that is no voter. */
  readonly addressOf: (nodeId: number) => Address | undefined
  readonly peers: Peers
  readonly callLocally: CallLocally
}

/** The pause before another try, in microseconds. */
const RETRY_US = 50_000
/** How long one try may take while nobody else is known to lead, in ms. */
const TRY_MS = 5_000

export class ControllerChannel {
  readonly #options: ControllerChannelOptions
  #pending = 0
  #isClosed = false
  /** Tries at other nodes, in the order in which they began. */
  readonly #tries = new Set<{ readonly at: number; readonly giveUp: () => void }>()

  /** To be made before the quorum starts. */
  constructor(options: ControllerChannelOptions) {
    this.#options = options
    options.quorum.listen({ leaderChanged: ({ leaderId }) => this.#giveUpOthers(leaderId) })
  }

  /** Requests that are not answered yet. */
  get pending(): number {
    return this.#pending
  }

  /** Asks the active controller; `done` is called once, without a response when `timeoutMs` are over. */
  request<Request extends Message, Response extends Message>(
    api: Api<Request, Response>,
    body: Encodable<Request>,
    timeoutMs: number,
    done: (response: Decoded<Response> | undefined) => void,
  ): void {
    const { clock } = this.#options.world
    const untilUs = clock.monotonicUs() + timeoutMs * 1000
    this.#pending++
    const finish = (response: Decoded<Response> | undefined): void => {
      this.#pending--
      done(response)
    }
    const attempt = (): void => {
      const leftUs = untilUs - clock.monotonicUs()
      if (leftUs <= 0 || this.#isClosed) return finish(undefined)
      this.#try(api, body, Math.min(TRY_MS, Math.ceil(leftUs / 1000)), (response) => {
        if (response !== undefined && !isNotController(response)) finish(response)
        else clock.setTimer(RETRY_US, attempt)
      })
    }
    attempt()
  }

  /** What is asked from now on, or tried again, comes to nothing. */
  close(): void {
    this.#isClosed = true
  }

  #try<Request extends Message, Response extends Message>(
    api: Api<Request, Response>,
    body: Encodable<Request>,
    timeoutMs: number,
    done: (response: Decoded<Response> | undefined) => void,
  ): void {
    const { quorum, nodeId, addressOf, peers, callLocally } = this.#options
    const { leaderId } = quorum.leader
    if (leaderId === nodeId) return callLocally(api, body, done)
    const address = addressOf(leaderId)
    if (address === undefined) return done(undefined)
    let isOver = false
    const end = (response: Decoded<Response> | undefined): void => {
      if (isOver) return
      isOver = true
      this.#tries.delete(attempt)
      done(response)
    }
    const attempt = { at: leaderId, giveUp: () => end(undefined) }
    this.#tries.add(attempt)
    peers.request(
      address,
      api,
      () => body,
      timeoutMs,
      (_error, response) => end(response),
    )
  }

  /** Ends the tries at nodes that are known to lead no longer. */
  #giveUpOthers(leaderId: number): void {
    if (leaderId < 0) return
    for (const { at, giveUp } of [...this.#tries]) if (at !== leaderId) giveUp()
  }
}

function isNotController(response: object): boolean {
  return 'errorCode' in response && response.errorCode === errorCode.NOT_CONTROLLER
}
