/** What each node told last of its part in the quorum, how far it knows the metadata committed, and how far its image goes. */

import type { BrokerEvent, QuorumRole } from '../../../broker/observe/events.ts'

export interface QuorumPart {
  readonly role: QuorumRole
  readonly epoch: number
  readonly leaderId: number
}

export class QuorumGhost {
  readonly #parts = new Map<number, QuorumPart>()
  readonly #committed = new Map<number, number>()
  readonly #images = new Map<number, number>()
  readonly #votes = new Map<number, { readonly epoch: number; readonly votedFor: number }>()
  #lastLeader: { readonly node: number; readonly epoch: number } | undefined

  /** The node that was told last to lead, of the highest epoch; undefined before there was one. */
  get lastLeader(): number | undefined {
    return this.#lastLeader?.node
  }

  /** The part of a node in its present life; undefined before it told. */
  partOf(node: number): QuorumPart | undefined {
    return this.#parts.get(node)
  }

  /** What the node has on record, over all its lives. */
  voteOf(node: number): { readonly epoch: number; readonly votedFor: number } | undefined {
    return this.#votes.get(node)
  }

  /** Up to where a node in its present life knows the metadata committed. */
  committedAt(node: number): number {
    return this.#committed.get(node) ?? 0
  }

  /** Up to where the image of a node's present life goes. */
  imageAt(node: number): number {
    return this.#images.get(node) ?? 0
  }

  observe(node: number, event: BrokerEvent): void {
    switch (event.type) {
      case 'BrokerStarting':
        this.#parts.delete(node)
        this.#committed.delete(node)
        this.#images.delete(node)
        return
      case 'ImageApplied':
        this.#images.set(node, event.endOffset)
        return
      case 'MetadataCommitted':
      case 'SnapshotLoaded':
        this.#committed.set(node, Math.max(this.committedAt(node), event.endOffset))
        return
      case 'VotePersisted':
        this.#votes.set(node, { epoch: event.epoch, votedFor: event.votedFor })
        return
      case 'QuorumRoleChanged': {
        const { role, epoch, leaderId } = event
        this.#parts.set(node, { role, epoch, leaderId })
        if (role === 'leader' && epoch >= (this.#lastLeader?.epoch ?? -1)) this.#lastLeader = { node, epoch }
        return
      }
      default:
        return
    }
  }
}
