/**
 * One administrative request, tried at one broker after another until an answer is final or the time is up.
 *
 * It is indefinite as soon as an attempt may have been carried out without telling: then a later refusal proves nothing.
 */

import type { Api } from '../protocol/apis.ts'
import type { Decoded, Encodable, Message } from '../protocol/schema.ts'
import { backoffMs } from './backoff.ts'
import { afterIndefinite, clientFailure, type Failure, failureOfWire } from './outcomes.ts'
import type { Services } from './services.ts'

/** What to ask, whom, and what counts as an answer. */
export interface ApiCall<Request extends Message, Response extends Message> {
  readonly api: Api<Request, Response>
  readonly body: Encodable<Request>
  /** Which broker to ask; called for each attempt. */
  readonly pickNode: () => number
  /** False for an answer that says that another attempt may succeed. */
  readonly isFinal: (response: Decoded<Response>) => boolean
  readonly timeoutMs: number
}

/** Gets the final answer and whether an earlier attempt was indefinite, or why there is no answer. */
export type ApiCallDone<Response extends Message> = (
  failure: Failure | undefined,
  response: Decoded<Response> | undefined,
  isUnknown: boolean,
) => void

/** Makes the call. `done` is called once, never within this call. */
export function callApi<Request extends Message, Response extends Message>(
  services: Services,
  call: ApiCall<Request, Response>,
  done: ApiCallDone<Response>,
): void {
  const { world, settings, connections } = services
  const deadlineUs = world.clock.monotonicUs() + call.timeoutMs * 1000
  let attempts = 0
  let isUnknown = false

  const attempt = (): void => {
    const leftMs = Math.ceil((deadlineUs - world.clock.monotonicUs()) / 1000)
    const timeoutMs = Math.max(1, Math.min(settings.requestTimeoutMs, leftMs))
    connections.request(
      call.pickNode(),
      call.api,
      () => call.body,
      { timeoutMs },
      (error, response) => {
        attempts++
        if (error?.sent === true) isUnknown = true
        if (response !== undefined && call.isFinal(response)) done(undefined, response, isUnknown)
        else if (error?.code === 'UNSUPPORTED_VERSION') done(failureOfWire(error, call.api.name), undefined, isUnknown)
        else {
          // Who asks to be tried elsewhere may have begun (`outcomes.ts`).
          if (response !== undefined) isUnknown = true
          tryAgain(error?.message ?? 'the broker asked to be tried again')
        }
      },
    )
  }

  const tryAgain = (last: string): void => {
    const leftUs = deadlineUs - world.clock.monotonicUs()
    if (leftUs <= 0 || services.isClosed()) {
      const message = `${call.api.name} had no final answer within ${call.timeoutMs} ms: ${last}`
      const failure = clientFailure('definite', services.isClosed() ? 'CLOSED' : 'API_TIMED_OUT', message)
      done(isUnknown ? afterIndefinite(failure) : failure, undefined, isUnknown)
      return
    }
    const pauseMs = backoffMs(world.random, settings.retryBackoffMs, settings.retryBackoffMaxMs, attempts)
    world.clock.setTimer(Math.min(pauseMs * 1000, leftUs), attempt)
  }

  attempt()
}
