/** What a node of a cluster tells of its part in the quorum, in plain words for the timeline. */

import type { BrokerEvent } from '../../broker/observe/events.ts'

/** One clause; undefined for what is no matter of the quorum. */
export function quorumWords(event: BrokerEvent): string | undefined {
  switch (event.type) {
    case 'QuorumRoleChanged': {
      const leader = event.leaderId < 0 || event.role === 'leader' ? '' : `; node ${event.leaderId} leads`
      return `is ${event.role} in epoch ${event.epoch}${leader}`
    }
    case 'VotePersisted':
      return `has on record: epoch ${event.epoch}, ${event.votedFor < 0 ? 'no vote' : `its vote for node ${event.votedFor}`}`
    case 'VoteAnswered': {
      const { epoch, candidateId, isPreVote, isGranted } = event
      return `${isGranted ? 'gives' : 'denies'} node ${candidateId} its ${isPreVote ? 'pre-vote' : 'vote'} in epoch ${epoch}`
    }
    case 'LogTruncated':
      return `cuts ${event.partition} at ${event.endOffset}`
    case 'LogBegunAnew':
      return `begins ${event.partition} anew at ${event.offset}, behind a snapshot`
    case 'MetadataCommitted':
      return `knows metadata committed to ${event.endOffset}`
    case 'ControllerElected':
      return `is the active controller in epoch ${event.epoch}`
    case 'ControllerResigned':
      return `is no longer the active controller of epoch ${event.epoch}`
    case 'SnapshotWritten':
      return `has a snapshot of the metadata below ${event.endOffset}`
    case 'SnapshotLoaded':
      return `loads the snapshot of the metadata below ${event.endOffset}`
    case 'BrokerRegistered':
      return `is registered as broker ${event.brokerId} with epoch ${event.brokerEpoch}`
    case 'BrokerFencingChanged':
      return `is told that broker ${event.brokerId} is ${event.isFenced ? 'fenced' : 'unfenced'}`
    default:
      return undefined
  }
}
