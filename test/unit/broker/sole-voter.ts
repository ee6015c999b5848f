/** A quorum of one, for tests of what stands on it. */

import { BrokerSettings } from '../../../src/broker/config/broker-settings.ts'
import type { LogDirectory } from '../../../src/broker/log/log-directory.ts'
import type { Observer } from '../../../src/broker/observe/observer.ts'
import { QuorumNode } from '../../../src/broker/quorum/quorum-node.ts'
import { quorumRules } from '../../../src/broker/quorum/rules.ts'
import { snapshotRules } from '../../../src/broker/quorum/snapshots/rules.ts'
import { quorumTimeouts } from '../../../src/broker/quorum/timeouts.ts'
import { promised } from '../../../src/world/promises.ts'
import type { World } from '../../../src/world/world.ts'

export function soleVoter(world: World, observer: Observer, directory: LogDirectory): QuorumNode {
  return new QuorumNode({
    ...{ world, observer, rules: quorumRules, directory, voters: [directory.meta.nodeId] },
    timeouts: quorumTimeouts(new BrokerSettings()),
    snapshotRules,
    send: () => undefined,
    askForPiece: () => undefined,
  })
}

/** Starts it; resolves when it leads and has delivered everything. */
export async function startQuorum(world: World, quorum: QuorumNode): Promise<void> {
  await quorum.start()
  await promised<void>(world.promises, (done) => quorum.whenCaughtUp(() => done(undefined, undefined)))
}
