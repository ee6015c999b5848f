/**
 * Makes this node's controller known: where it listens and which features it can work with, to the active controller,
 * which may be on this node.
 *
 * unknown → asking (a request is under way) → asked (taken; it comes back in the image) → known. Each image tells again
 * whether this process is known: where it is not, as after another process took its id, it registers anew. Source:
 * KIP-919, Kafka's `ControllerRegistrationManager`. A controller without a listener, a node alone, has nothing to tell.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode, errorName } from '../../protocol/errors.ts'
import type { Uuid } from '../../protocol/uuid.ts'
import type { Address } from '../../world/network.ts'
import type { World } from '../../world/world.ts'
import { newUuid } from '../log/uuids.ts'
import { SUPPORTED_FEATURES } from '../metadata/features.ts'
import type { MetadataImage } from '../metadata/image.ts'
import type { Observer } from '../observe/observer.ts'
import type { ControllerChannel } from './controller-channel.ts'

export interface ControllerRegistrationOptions {
  readonly world: World
  readonly observer: Observer
  readonly nodeId: number
  /** Where the other nodes, and tools, reach this controller. */
  readonly address: Address
  readonly channel: Pick<ControllerChannel, 'request'>
  readonly image: MetadataImage
}

/** The listener's name, and Kafka's number of its security protocol. */
const LISTENER = { name: 'CONTROLLER', securityProtocol: 0 }
/** How long one request is tried, in ms: the channel finds the active controller of that time by itself. */
const REQUEST_MS = 10_000
const AGAIN_US = 200_000

export class ControllerRegistration {
  readonly #options: ControllerRegistrationOptions
  /** Of this process: tells it from the one before. */
  readonly #incarnationId: Uuid
  #state: 'unknown' | 'asking' | 'asked' = 'unknown'
  #isStopped = false

  constructor(options: ControllerRegistrationOptions) {
    this.#options = options
    this.#incarnationId = newUuid(options.world.random)
  }

  /** Registers, and sees to it from then on that the registration stands. To be called when the image is caught up. */
  start(): void {
    this.#options.image.onPublished(({ changedControllers }) => {
      if (changedControllers.includes(this.#options.nodeId)) this.#look()
    })
    this.#look()
  }

  /** Asks for nothing any more. */
  stop(): void {
    this.#isStopped = true
  }

  /** What the image says decides, whatever was asked before. */
  #look(): void {
    const { image, nodeId } = this.#options
    const isKnown = image.controller(nodeId)?.incarnationId === this.#incarnationId
    if (isKnown || this.#state === 'asking' || this.#isStopped) return
    this.#register()
  }

  #register(): void {
    const { channel, nodeId, address, observer, world } = this.#options
    this.#state = 'asking'
    const body = {
      ...{ controllerId: nodeId, incarnationId: this.#incarnationId, zkMigrationReady: false },
      listeners: [{ ...LISTENER, host: address.host, port: address.port }],
      features: SUPPORTED_FEATURES.map(({ name, min, max }) => ({
        ...{ name, minSupportedVersion: min, maxSupportedVersion: max },
      })),
    }
    channel.request(apis.controllerRegistration, body, REQUEST_MS, (response) => {
      if (response?.errorCode === errorCode.NONE) {
        this.#state = 'asked'
        if (observer.watching) observer.tell({ type: 'ControllerRegistered', controllerId: nodeId })
        return
      }
      this.#state = 'unknown'
      if (response !== undefined) {
        observer.warn(`the active controller refuses controller ${nodeId}: ${errorName(response.errorCode)}`)
      }
      world.clock.setTimer(AGAIN_US, () => this.#look())
    })
  }
}
