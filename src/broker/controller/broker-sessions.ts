/**
 * When each broker was last heard of, and how far it was: the soft state of an active controller, which begins with its
 * term and ends with it. By monotonic time, in microseconds.
 *
 * A session belongs to one registration: a heartbeat of an earlier one keeps nothing alive. A new active controller
 * gives every unfenced broker a full session, for it does not know when the last one heard of them (KIP-631).
 */

interface Session {
  readonly epoch: number
  lastContactUs: number
  /** The last offset of the metadata log that the broker said it had applied; −1 before it said so. */
  metadataOffset: number
  /** What other brokers must have applied before this one may stop; −1 while it is in no controlled shutdown. */
  shutdownOffset: number
}

export class BrokerSessions {
  readonly #timeoutUs: number
  readonly #byBroker = new Map<number, Session>()

  constructor(timeoutUs: number) {
    this.#timeoutUs = timeoutUs
  }

  get size(): number {
    return this.#byBroker.size
  }

  /** Begins or prolongs the session of a registration. */
  touch(brokerId: number, epoch: number, nowUs: number): void {
    const session = this.#byBroker.get(brokerId)
    if (session?.epoch === epoch) session.lastContactUs = nowUs
    else this.#byBroker.set(brokerId, { epoch, lastContactUs: nowUs, metadataOffset: -1, shutdownOffset: -1 })
  }

  /** Whether a heartbeat of the registration was heard in time, and in this term: then its process lives. */
  isAlive(brokerId: number, epoch: number, nowUs: number): boolean {
    const session = this.#byBroker.get(brokerId)
    if (session?.epoch !== epoch || session.metadataOffset < 0) return false
    return nowUs <= session.lastContactUs + this.#timeoutUs
  }

  /** The first broker whose session is over, with the epoch it belongs to. */
  findExpired(nowUs: number): { readonly brokerId: number; readonly epoch: number } | undefined {
    for (const [brokerId, { epoch, lastContactUs }] of this.#byBroker) {
      if (nowUs > lastContactUs + this.#timeoutUs) return { brokerId, epoch }
    }
    return undefined
  }

  /** The first instant at which a session is over; undefined where there is none. */
  get nextExpiryUs(): number | undefined {
    let next: number | undefined
    for (const { lastContactUs } of this.#byBroker.values()) {
      const expiry = lastContactUs + this.#timeoutUs + 1
      if (next === undefined || expiry < next) next = expiry
    }
    return next
  }

  remove(brokerId: number): void {
    this.#byBroker.delete(brokerId)
  }

  /** −1 where the broker has not been heard of in this term. */
  metadataOffset(brokerId: number): number {
    return this.#byBroker.get(brokerId)?.metadataOffset ?? -1
  }

  noteMetadataOffset(brokerId: number, offset: number): void {
    const session = this.#byBroker.get(brokerId)
    if (session !== undefined) session.metadataOffset = offset
  }

  /** −1 where the broker is in no controlled shutdown that this term knows of. */
  shutdownOffset(brokerId: number): number {
    return this.#byBroker.get(brokerId)?.shutdownOffset ?? -1
  }

  noteShutdownOffset(brokerId: number, offset: number): void {
    const session = this.#byBroker.get(brokerId)
    if (session !== undefined) session.shutdownOffset = offset
  }
}
