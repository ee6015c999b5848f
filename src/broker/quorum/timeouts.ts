/** The quorum's timeouts, from Kafka's settings `controller.quorum.*`. */

import type { BrokerSettings } from '../config/broker-settings.ts'
import type { QuorumTimeouts } from './raft/raft-surroundings.ts'

export function quorumTimeouts(settings: BrokerSettings): QuorumTimeouts {
  return {
    electionUs: settings.value('controller.quorum.election.timeout.ms') * 1000,
    fetchUs: settings.value('controller.quorum.fetch.timeout.ms') * 1000,
    electionBackoffMaxUs: settings.value('controller.quorum.election.backoff.max.ms') * 1000,
    retryBackoffUs: settings.value('controller.quorum.retry.backoff.ms') * 1000,
  }
}
