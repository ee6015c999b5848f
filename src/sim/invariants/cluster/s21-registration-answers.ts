/**
 * S21, as far as brokers are told: the epoch that a broker gets is that of a committed registration of its id, and one
 * process keeps the epoch it was told first, however often it asks. It gets another only where the committed log took the
 * registration from it: the broker was unregistered, or another incarnation registered between the two, as a request of an
 * earlier life that comes late does. Sources: KIP-631; KAFKA-16952.
 */

import { decodeMetadataRecord } from '../../../protocol/metadata-records/table.ts'
import { decodeRecords } from '../../../protocol/records.ts'
import type { GhostBatch } from '../ghost.ts'
import type { ClusterInvariant } from './cluster-invariant.ts'

interface Told {
  readonly brokerEpoch: number
  /** How often the registration of that id had changed hands by then. */
  readonly hands: number
}

export function registrationAnswers(): ClusterInvariant {
  /** What the present life of each node was told. */
  const told = new Map<number, Told>()
  const hands = new Hands()
  return {
    name: 'S21 registration answers',
    source: 'KIP-631; KAFKA-16952',
    onCommitted: (_judged, _node, batch) => hands.learn(batch),
    onEvent(judged, node, event) {
      if (event.type === 'BrokerStarting') told.delete(node)
      if (event.type !== 'BrokerRegistered') return
      const { brokerId, brokerEpoch } = event
      const now = { brokerEpoch, hands: hands.of(brokerId) }
      const before = told.get(node)
      told.set(node, now)
      const who = `broker ${brokerId} is told that it is registered with epoch ${brokerEpoch}`
      if (!hands.wasEver(brokerId, brokerEpoch)) {
        judged.broken(`${who}, and no such registration is committed`)
      } else if (before !== undefined && before.brokerEpoch !== brokerEpoch && before.hands === now.hands) {
        judged.broken(`${who}, and was told ${before.brokerEpoch} in the same life, which nobody took from it`)
      }
    },
  }
}

/** Whose each broker id was, over the committed log. */
class Hands {
  readonly #counts = new Map<number, number>()
  readonly #holders = new Map<number, string>()
  readonly #ever = new Set<string>()

  /** How often the id went from one incarnation to another, or to nobody. */
  of(brokerId: number): number {
    return this.#counts.get(brokerId) ?? 0
  }

  wasEver(brokerId: number, brokerEpoch: number): boolean {
    return this.#ever.has(`${brokerId}/${brokerEpoch}`)
  }

  /** Records of a transaction count at once: whoever is answered has waited for its end. */
  learn({ header, bytes }: GhostBatch): void {
    if (header.isControl) return
    for (const { value } of decodeRecords(bytes, 0)) {
      const record = decodeMetadataRecord(value!)
      if (record.type === 'RegisterBrokerRecord') {
        this.#ever.add(`${record.brokerId}/${record.brokerEpoch}`)
        this.#hold(record.brokerId, record.incarnationId)
      } else if (record.type === 'UnregisterBrokerRecord') this.#hold(record.brokerId, '')
    }
  }

  #hold(brokerId: number, holder: string): void {
    if (this.#holders.get(brokerId) === holder) return
    this.#holders.set(brokerId, holder)
    this.#counts.set(brokerId, this.of(brokerId) + 1)
  }
}
