/**
 * What a node is in its cluster: its roles, and the voters of the quorum with where their controllers listen.
 * Kafka's `process.roles` and `controller.quorum.voters` (`1@host:9093,2@host:9093,3@host:9093`).
 */

import type { Address } from '../../world/network.ts'
import type { BrokerSettings } from './broker-settings.ts'
import { SettingError } from './setting.ts'

export interface ClusterPlace {
  readonly nodeId: number
  readonly isController: boolean
  readonly isBroker: boolean
  /** By node, in ascending order. A node alone is its own voter, and has no address. */
  readonly voters: ReadonlyMap<number, Address | undefined>
}

/** @throws {SettingError} where the settings contradict one another. */
export function clusterPlace(settings: BrokerSettings): ClusterPlace {
  const nodeId = settings.value('node.id')
  const roles = settings.value('process.roles').split(',')
  const place = { nodeId, isController: roles.includes('controller'), isBroker: roles.includes('broker') }
  const text = settings.value('controller.quorum.voters')
  const voters = text === '' ? new Map([[nodeId, undefined]]) : parseVoters(text)
  if (place.isController && !voters.has(nodeId)) {
    throw new SettingError(
      `node ${nodeId} is a controller, and controller.quorum.voters (${text}) does not name it: add ${nodeId}@HOST:PORT, or leave controller out of process.roles`,
    )
  }
  if (!place.isController && voters.has(nodeId)) {
    throw new SettingError(
      text === ''
        ? 'a broker without a controller in its process needs controller.quorum.voters, to find one'
        : `node ${nodeId} is a voter in controller.quorum.voters (${text}) and no controller: add controller to process.roles, or use another node.id`,
    )
  }
  return { ...place, voters }
}

/** Where the controller listener of this node is, as the others are told; undefined for a node alone. */
export function ownControllerAddress({ nodeId, voters }: ClusterPlace): Address | undefined {
  return voters.get(nodeId)
}

function parseVoters(text: string): Map<number, Address> {
  const found: [number, Address][] = []
  for (const part of text.split(',')) {
    const match = /^\s*(\d{1,9})@\[?([^@\s\]]+?)\]?:(\d{1,5})\s*$/.exec(part)
    if (match === null || Number(match[3]) > 65_535 || Number(match[3]) === 0) {
      throw new SettingError(
        `controller.quorum.voters: ${part.trim() || 'an empty part'} is not of the form ID@HOST:PORT`,
      )
    }
    const id = Number(match[1])
    if (found.some(([known]) => known === id)) {
      throw new SettingError(`controller.quorum.voters names node ${id} twice`)
    }
    found.push([id, { host: match[2]!, port: Number(match[3]) }])
  }
  return new Map(found.sort(([a], [b]) => a - b))
}
