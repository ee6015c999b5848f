/**
 * The life of this node's broker, as the controller sees it.
 *
 * registering → fenced → unfenced → (fenced …) → shutting down → gone. A registration is tried until a controller takes
 * it; then heartbeats say that the broker lives and how far it has applied the metadata log, and tell whether it is
 * fenced. A controller that does not know the registration any more (its epoch is another) makes the broker register
 * again. Source: KIP-631, Kafka's `BrokerLifecycleManager`. Not here: what a fenced broker does and does not do.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode, errorName } from '../../protocol/errors.ts'
import type { BrokerHeartbeatResponse } from '../../protocol/messages/63-broker-heartbeat.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import type { Timer } from '../../world/clock.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'
import type { BrokerSettings } from '../config/broker-settings.ts'
import { newUuid } from '../log/uuids.ts'
import { SUPPORTED_FEATURES } from '../metadata/features.ts'
import type { Observer } from '../observe/observer.ts'
import type { ControllerChannel } from './controller-channel.ts'

export interface LifecycleOptions {
  readonly world: World
  readonly observer: Observer
  readonly settings: BrokerSettings
  readonly clusterId: string
  readonly nodeId: number
  readonly directoryId: Uuid
  /** Of the registration that ended with a clean stop of the process before this; -1 where that is not known. KIP-966. */
  readonly previousEpoch: number
  /** What clients are told. */
  readonly address: Address
  readonly channel: Pick<ControllerChannel, 'request'>
  /** Everything below this offset of the metadata log is applied on this node. */
  readonly appliedEnd: () => number
}

/** The listener's name, and Kafka's number of its security protocol. */
const LISTENER = { name: 'PLAINTEXT', securityProtocol: 0 }
/** Errors after which no other try can succeed. */
const HOPELESS: readonly number[] = [
  errorCode.INCONSISTENT_CLUSTER_ID,
  errorCode.UNSUPPORTED_VERSION,
  errorCode.INVALID_REGISTRATION,
]
const REGISTER_AGAIN_US = 200_000

export class BrokerLifecycle {
  readonly #options: LifecycleOptions
  /** Of this process: tells it from the one before. KIP-631. */
  readonly #incarnationId: Uuid
  #epoch = -1
  #isFenced = true
  /** Everything is loaded: the broker may lead. */
  #isReady = false
  #isShuttingDown = false
  #isBeating = false
  /** Why the registration was refused last; undefined after one that was taken. */
  #refusal: number | undefined
  #timer: Timer | undefined
  #waiting: (() => void)[] = []
  #whenKnown: (() => void) | undefined
  #whenGone: (() => void) | undefined

  constructor(options: LifecycleOptions) {
    this.#options = options
    this.#incarnationId = newUuid(options.world.random)
  }

  /** The epoch of the registration; −1 before there is one. */
  get epoch(): number {
    return this.#epoch
  }

  get isFenced(): boolean {
    return this.#isFenced
  }

  /** Registers, and keeps the session from then on. */
  start(): void {
    this.#register()
  }

  /** Calls `done` once this node has applied its own registration: what the image says of it is not of an earlier life. */
  whenKnown(done: () => void): void {
    if (this.#isKnown) done()
    else this.#whenKnown = done
  }

  /** Wants to be unfenced from now on; `done` once the broker is. */
  ready(done: () => void): void {
    this.#isReady = true
    this.#waiting.push(done)
    this.#beat()
  }

  /** The node has applied more of the metadata log: a fenced broker may have caught up with its registration. */
  applied(): void {
    if (!this.#isFenced || !this.#isKnown) return
    this.#whenKnown?.()
    this.#whenKnown = undefined
    if (this.#isReady) this.#beat()
  }

  get #isKnown(): boolean {
    return this.#epoch >= 0 && this.#options.appliedEnd() > this.#epoch
  }

  /** Asks to be let go: leaderships move away first, where they can. `done` when that is over, or takes too long. */
  shutDown(done: () => void): void {
    const { world, settings } = this.#options
    this.#isShuttingDown = true
    const limit = world.clock.setTimer(settings.value('broker.session.timeout.ms') * 1000, () => this.#gone())
    this.#whenGone = () => {
      limit.cancel()
      done()
    }
    if (this.#epoch < 0) this.#gone()
    else this.#beat()
  }

  #register(): void {
    const { channel, clusterId, nodeId, directoryId, address, settings, previousEpoch } = this.#options
    const body = {
      ...{
        brokerId: nodeId,
        clusterId,
        incarnationId: this.#incarnationId,
        rack: settings.value('broker.rack') || null,
      },
      listeners: [{ ...LISTENER, host: address.host, port: address.port }],
      features: SUPPORTED_FEATURES.map(({ name, min, max }) => ({
        ...{ name, minSupportedVersion: min, maxSupportedVersion: max },
      })),
      logDirs: [directoryId],
      previousBrokerEpoch: previousEpoch,
    }
    channel.request(apis.brokerRegistration, body, settings.value('broker.session.timeout.ms'), (response) => {
      if (this.#whenGone !== undefined) return this.#gone()
      if (response?.errorCode === errorCode.NONE) return this.#registered(response.brokerEpoch)
      if (response !== undefined) this.#refused(response.errorCode)
      this.#again(REGISTER_AGAIN_US, () => this.#register())
    })
  }

  #registered(epoch: number): void {
    const { observer, nodeId } = this.#options
    this.#epoch = epoch
    this.#refusal = undefined
    if (observer.watching) observer.tell({ type: 'BrokerRegistered', brokerId: nodeId, brokerEpoch: epoch })
    this.#beat()
    this.applied()
  }

  #refused(code: number): void {
    const { observer, world, nodeId } = this.#options
    const why =
      code === errorCode.DUPLICATE_BROKER_REGISTRATION
        ? 'another process with this node.id is registered and was alive a moment ago; this one waits until it is gone, or needs another node.id'
        : errorName(code)
    const message = `the controller refuses to register broker ${nodeId}: ${why}`
    // It is tried again and again; once is enough to say it.
    if (this.#refusal !== code) observer.warn(message)
    this.#refusal = code
    if (HOPELESS.includes(code)) world.halt(new Error(message))
  }

  #beat(): void {
    if (this.#isBeating) return
    this.#isBeating = true
    this.#timer?.cancel()
    const { channel, nodeId, appliedEnd, settings } = this.#options
    const sentAt = appliedEnd()
    const wasReady = this.#isReady
    const body = {
      ...{ brokerId: nodeId, brokerEpoch: this.#epoch, currentMetadataOffset: sentAt - 1 },
      ...{ wantFence: !this.#isReady, wantShutDown: this.#isShuttingDown, offlineLogDirs: [] },
    }
    channel.request(apis.brokerHeartbeat, body, settings.value('broker.session.timeout.ms'), (response) => {
      this.#isBeating = false
      if (response !== undefined && this.#isUnknown(response)) {
        if (this.#whenGone !== undefined) return this.#gone()
        this.#setFenced(true)
        this.#epoch = -1
        return this.#register()
      }
      if (response?.errorCode === errorCode.NONE) this.#answered(response)
      if (this.#isShuttingDown && this.#whenGone === undefined) return
      // What was applied meanwhile may be just what unfencing waits for.
      const isNews = this.#isFenced && this.#isKnown && (sentAt <= this.#epoch || this.#isReady !== wasReady)
      const pauseMs = isNews
        ? 0
        : this.#isShuttingDown
          ? SHUTDOWN_BEAT_MS
          : settings.value('broker.heartbeat.interval.ms')
      this.#again(pauseMs * 1000, () => this.#beat())
    })
  }

  #isUnknown({ errorCode: code }: BrokerHeartbeatResponse): boolean {
    return code === errorCode.STALE_BROKER_EPOCH || code === errorCode.BROKER_ID_NOT_REGISTERED
  }

  #answered({ isFenced, shouldShutDown }: BrokerHeartbeatResponse): void {
    this.#setFenced(isFenced)
    if (shouldShutDown && this.#isShuttingDown) this.#gone()
  }

  #setFenced(isFenced: boolean): void {
    if (isFenced === this.#isFenced) return
    this.#isFenced = isFenced
    const { observer, nodeId } = this.#options
    if (observer.watching) observer.tell({ type: 'BrokerFencingChanged', brokerId: nodeId, isFenced })
    if (!isFenced) for (const done of this.#waiting.splice(0)) done()
  }

  #again(delayUs: number, act: () => void): void {
    this.#timer = this.#options.world.clock.setTimer(delayUs, act)
  }

  #gone(): void {
    this.#timer?.cancel()
    const done = this.#whenGone
    this.#whenGone = undefined
    done?.()
  }
}

/** How often a broker that shuts down asks whether it may go. */
const SHUTDOWN_BEAT_MS = 50
