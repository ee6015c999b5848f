/**
 * Brokers and controllers that register, and brokers that are removed.
 *
 * A registration gets an epoch that no earlier one has: the offset of its record. The same process may register again,
 * with other features say, and keeps its epoch. Another process of the same id is refused while the one before is
 * alive, as far as this term has heard; after that the broker of before counts as gone: it leaves the ISRs that it may
 * leave. A broker must be able to work with every finalized feature level. A new registration is fenced until the
 * broker has caught up with it. KIP-631, KIP-584, KIP-858. Not here: clean shutdowns told by the previous epoch (KIP-966).
 */

import { errorCode } from '../../protocol/errors.ts'
import type { BrokerRegistrationRequest } from '../../protocol/messages/62-broker-registration.ts'
import type { ControllerRegistrationRequest } from '../../protocol/messages/70-controller-registration.ts'
import type { Controller } from './controller.ts'
import { isReservedDirectory } from './directories.ts'
import { leave } from './leaders.ts'
import { registerBrokerRecord } from './records.ts'
import { type Decided, notController, Refusal } from './refusal.ts'
import type { BrokerRegistration } from './registrations.ts'

/** Registers a broker; `done` gets its epoch once the registration is committed. */
export function registerBroker(
  controller: Controller,
  request: BrokerRegistrationRequest,
  done: (refusal: Refusal | undefined, brokerEpoch: number) => void,
): void {
  controller.perform(() => registerNow(controller, request, done))
}

function registerNow(
  controller: Controller,
  request: BrokerRegistrationRequest,
  done: (refusal: Refusal | undefined, brokerEpoch: number) => void,
): void {
  const refusal = registrationProblem(controller, request)
  if (refusal !== undefined) return done(refusal, -1)
  const { brokerId, incarnationId, listeners: endPoints, features, rack, logDirs } = request
  const { rules } = controller.options
  const existing = controller.state.broker(brokerId)
  const asked = { brokerId, incarnationId, endPoints, features, rack, logDirs }
  if (existing !== undefined && rules.isSameIncarnation(existing.incarnationId, incarnationId)) {
    const { epoch, fenced, inControlledShutdown } = existing
    const record = registerBrokerRecord({ ...asked, epoch, fenced, inControlledShutdown })
    return controller.decide([record], (problem) => done(problem, epoch))
  }
  controller.sessions.remove(brokerId)
  let epoch = -1
  const register = () => {
    epoch = controller.nextOffset
    return [registerBrokerRecord({ ...asked, epoch, fenced: true, inControlledShutdown: false })]
  }
  leave(controller, brokerId, register, (problem) => done(problem, epoch))
}

/** Forgets a broker. It is not asked, and may register again. */
export function unregisterBroker(controller: Controller, brokerId: number, done: Decided): void {
  controller.perform(() => unregisterNow(controller, brokerId, done))
}

function unregisterNow(controller: Controller, brokerId: number, done: Decided): void {
  if (!controller.isActive) return done(notController())
  const existing = controller.state.broker(brokerId)
  if (existing === undefined) return done(unknownBroker(brokerId))
  const remove = () => {
    const now = controller.state.broker(brokerId)
    if (now === undefined) return []
    return [{ type: 'UnregisterBrokerRecord' as const, version: 0, brokerId, brokerEpoch: now.epoch }]
  }
  leave(controller, brokerId, remove, done)
}

/** Notes where a controller listens and which features it can work with. KIP-919. */
export function registerController(
  controller: Controller,
  request: ControllerRegistrationRequest,
  done: Decided,
): void {
  const { controllerId, incarnationId, listeners: endPoints, features } = request
  const record = {
    ...{ type: 'RegisterControllerRecord' as const, version: 0, controllerId, incarnationId },
    ...{ zkMigrationReady: false, endPoints, features },
  }
  controller.perform(() => controller.decide([record], done))
}

/** Whether a request of a broker comes from its registered life; the refusal where not. */
export function staleEpoch(controller: Controller, brokerId: number, brokerEpoch: number): Refusal | undefined {
  const existing = controller.state.broker(brokerId)
  if (existing === undefined) {
    return new Refusal(errorCode.STALE_BROKER_EPOCH, `No broker registration found for broker id ${brokerId}`)
  }
  if (controller.options.rules.isBrokerEpochCurrent(existing.epoch, brokerEpoch)) return undefined
  const epochs = `Expected broker epoch ${existing.epoch}, but got broker epoch ${brokerEpoch}`
  return new Refusal(errorCode.STALE_BROKER_EPOCH, epochs)
}

function unknownBroker(brokerId: number): Refusal {
  return new Refusal(errorCode.BROKER_ID_NOT_REGISTERED, `Broker ID ${brokerId} is not currently registered`)
}

function registrationProblem(controller: Controller, request: BrokerRegistrationRequest): Refusal | undefined {
  if (!controller.isActive) return notController()
  const { clusterId, world, rules } = controller.options
  if (request.clusterId !== clusterId) {
    const why = `Expected cluster ID ${clusterId}, but got cluster ID ${request.clusterId}`
    return new Refusal(errorCode.INCONSISTENT_CLUSTER_ID, why)
  }
  const { brokerId, incarnationId } = request
  const existing = controller.state.broker(brokerId)
  const isTaken =
    existing !== undefined &&
    !rules.isSameIncarnation(existing.incarnationId, incarnationId) &&
    controller.sessions.isAlive(brokerId, existing.epoch, world.clock.monotonicUs())
  if (isTaken) {
    const why =
      'Another broker is registered with that broker id. Its session ends when it has been silent long enough.'
    return new Refusal(errorCode.DUPLICATE_BROKER_REGISTRATION, why)
  }
  if (request.isMigratingZkBroker) {
    return new Refusal(errorCode.BROKER_ID_NOT_REGISTERED, 'Brokers of ZooKeeper cannot register.')
  }
  return directoryProblem(controller, request) ?? featureProblem(controller, request)
}

function directoryProblem({ state }: Controller, request: BrokerRegistrationRequest): Refusal | undefined {
  const { logDirs, brokerId } = request
  const refuse = (why: string): Refusal => new Refusal(errorCode.INVALID_REGISTRATION, why)
  if (logDirs.length === 0) return refuse('No directories specified in request')
  if (logDirs.some(isReservedDirectory)) return refuse('Reserved directory ID in request')
  if (new Set(logDirs).size !== logDirs.length) return refuse('Duplicate directory ID in request')
  for (const other of state.brokers()) {
    const shared = other.brokerId === brokerId ? undefined : other.logDirs.find((id) => logDirs.includes(id))
    if (shared !== undefined) return refuse(`Broker ${other.brokerId} is already registered with directory ${shared}`)
  }
  return undefined
}

/** Every finalized level must lie in the broker's range; a feature that it does not name it has at level 0 only. */
function featureProblem({ state }: Controller, { features }: BrokerRegistrationRequest): Refusal | undefined {
  const ranges = new Map<string, BrokerRegistration['features'][number]>(features.map((range) => [range.name, range]))
  for (const [name] of state.features()) if (!ranges.has(name)) ranges.set(name, unnamedRange(name))
  for (const [name, { minSupportedVersion: min, maxSupportedVersion: max }] of ranges) {
    const level = state.featureLevel(name)
    if (level >= min && level <= max) continue
    const why = `Unable to register because the broker does not support finalized version ${level} of ${name}. The broker wants a version between ${min} and ${max}, inclusive.`
    return new Refusal(errorCode.UNSUPPORTED_VERSION, why)
  }
  return undefined
}

/** metadata.version of a broker that does not name it: Kafka 3.3's, the first there was. */
const FIRST_METADATA_VERSION = 7

function unnamedRange(name: string) {
  const level = name === 'metadata.version' ? FIRST_METADATA_VERSION : 0
  return { name, minSupportedVersion: level, maxSupportedVersion: level }
}
