/**
 * Heartbeats: a broker says that it lives, how far it has applied the metadata log, and what it wants; it is told
 * whether it is fenced and whether it may stop.
 *
 * | it is | it wants | it becomes |
 * | --- | --- | --- |
 * | fenced | to shut down | free to stop, at once |
 * | fenced | to be unfenced | unfenced, once it has applied its registration |
 * | unfenced | to be fenced | fenced |
 * | unfenced | to shut down | in controlled shutdown while it leads anything, else fenced and free to stop |
 * | in controlled shutdown | (anything) | fenced and free to stop, once it leads nothing and every active broker has applied that |
 *
 * Source: KIP-631, Kafka's `BrokerHeartbeatManager`. Not here: what a broker does with the answer.
 */

import { type ErrorCode, errorCode } from '../../protocol/errors.ts'
import type { BrokerHeartbeatRequest } from '../../protocol/messages/63-broker-heartbeat.ts'
import { staleEpoch } from './brokers.ts'
import type { Controller } from './controller.ts'
import { beginControlledShutdown, fenceBroker, leadsSomething, leave, liesIn, unfenceBroker } from './leaders.ts'
import { registrationChange } from './records.ts'
import { type Decided, notController, type Refusal } from './refusal.ts'
import { type BrokerRegistration, isActive } from './registrations.ts'

export interface HeartbeatOutcome {
  readonly errorCode: ErrorCode
  /** The broker has applied its registration. */
  readonly isCaughtUp: boolean
  readonly isFenced: boolean
  readonly shouldShutDown: boolean
}

type BrokerStanding = 'fenced' | 'unfenced' | 'controlled-shutdown' | 'shutdown-now'

/** Takes note of a heartbeat and does what the broker wants, where it may be; `done` when that is committed. */
export function heartbeat(
  controller: Controller,
  request: BrokerHeartbeatRequest,
  done: (outcome: HeartbeatOutcome) => void,
): void {
  controller.perform(() => heartbeatNow(controller, request, done))
}

function heartbeatNow(
  controller: Controller,
  request: BrokerHeartbeatRequest,
  done: (outcome: HeartbeatOutcome) => void,
): void {
  if (!controller.isActive) return done(refused(notController()))
  const { brokerId, brokerEpoch, currentMetadataOffset } = request
  const stale = staleEpoch(controller, brokerId, brokerEpoch)
  if (stale !== undefined) return done(refused(stale))
  const registration = controller.state.broker(brokerId)!
  const { sessions } = controller
  const standing = standingOf(controller, registration)
  const next = nextStanding(controller, registration, standing, request)
  sessions.touch(brokerId, registration.epoch, controller.options.world.clock.monotonicUs())
  sessions.noteMetadataOffset(brokerId, currentMetadataOffset)
  controller.watchSessions()
  const answer: Decided = (refusal) =>
    done(
      refusal !== undefined
        ? refused(refusal)
        : {
            errorCode: errorCode.NONE,
            isCaughtUp: currentMetadataOffset >= registration.registrationOffset,
            isFenced: next === 'fenced' || next === 'shutdown-now',
            shouldShutDown: next === 'shutdown-now',
          },
    )
  moveTo(controller, brokerId, standing, next, (refusal) => {
    if (refusal !== undefined || request.offlineLogDirs.length === 0) return answer(refusal)
    loseDirectories(controller, request, answer)
  })
}

function moveTo(
  controller: Controller,
  brokerId: number,
  standing: BrokerStanding,
  next: BrokerStanding,
  done: Decided,
): void {
  const { sessions, state } = controller
  if (next === 'fenced' || next === 'shutdown-now') sessions.noteShutdownOffset(brokerId, -1)
  if (next === standing || (next === 'shutdown-now' && state.broker(brokerId)?.fenced === true)) {
    return controller.whenCommitted(done)
  }
  if (next === 'unfenced') return unfenceBroker(controller, brokerId, done)
  if (next !== 'controlled-shutdown') return fenceBroker(controller, brokerId, done)
  const { epoch } = controller
  beginControlledShutdown(controller, brokerId, (refusal) => {
    // What other brokers must have applied before this one may stop: every record that took a leadership from it.
    if (refusal === undefined && controller.epoch === epoch && sessions.shutdownOffset(brokerId) < 0) {
      sessions.noteShutdownOffset(brokerId, controller.nextOffset - 1)
    }
    done(refusal)
  })
}

function standingOf(controller: Controller, { brokerId, fenced }: BrokerRegistration): BrokerStanding {
  if (controller.sessions.shutdownOffset(brokerId) >= 0) return 'controlled-shutdown'
  return fenced ? 'fenced' : 'unfenced'
}

function nextStanding(
  controller: Controller,
  { brokerId, registrationOffset }: BrokerRegistration,
  standing: BrokerStanding,
  { wantFence, wantShutDown, currentMetadataOffset }: BrokerHeartbeatRequest,
): BrokerStanding {
  const leads = (): boolean => leadsSomething(controller.state, brokerId)
  switch (standing) {
    case 'fenced':
      if (wantShutDown) return 'shutdown-now'
      return !wantFence && currentMetadataOffset >= registrationOffset ? 'unfenced' : 'fenced'
    case 'unfenced':
      if (wantFence) return wantShutDown ? 'shutdown-now' : 'fenced'
      if (wantShutDown) return leads() ? 'controlled-shutdown' : 'shutdown-now'
      return 'unfenced'
    default: {
      if (leads()) return 'controlled-shutdown'
      const isKnown = controller.sessions.shutdownOffset(brokerId) <= lowestActiveOffset(controller)
      return isKnown ? 'shutdown-now' : 'controlled-shutdown'
    }
  }
}

/** What every active broker has applied; without any, everything. */
function lowestActiveOffset({ state, sessions }: Controller): number {
  let lowest = Number.MAX_SAFE_INTEGER
  for (const broker of state.brokers()) {
    if (isActive(broker)) lowest = Math.min(lowest, sessions.metadataOffset(broker.brokerId))
  }
  return lowest
}

/** Directories that the broker has lost: their replicas leave the ISRs. KIP-858. */
function loseDirectories(controller: Controller, request: BrokerHeartbeatRequest, done: Decided): void {
  const { brokerId, offlineLogDirs } = request
  const registration = controller.state.broker(brokerId)
  const lost = registration?.logDirs.filter((id) => offlineLogDirs.includes(id)) ?? []
  if (registration === undefined || lost.length === 0) return controller.whenCommitted(done)
  const logDirs = registration.logDirs.filter((id) => !offlineLogDirs.includes(id))
  const finish = () => [registrationChange(registration, { logDirs })]
  leave(controller, brokerId, finish, done, (partition) => liesIn(partition, brokerId, lost))
}

function refused({ errorCode: code }: Refusal): HeartbeatOutcome {
  return { errorCode: code, isCaughtUp: false, isFenced: true, shouldShutDown: false }
}
