/**
 * The workload *topic administration*: several administrators create, delete and configure topics through any node, and
 * list what there is. Nobody writes records: what counts is the cluster's own state.
 *
 * Operations: `create-topic` (with `count` partitions, and the settings whose number `partition` is), `delete-topic`,
 * `set-config` (the setting whose number `partition` is, to a value that no other operation sets), `list-topics`. Oracle:
 * `administration-count.ts`, and `lost-topic` of the checker.
 */

import { Actor } from './actor.ts'
import { miscountedTopics } from './administration-count.ts'
import { changedSettings, planAdministration, settingsAtFirst } from './administration-plan.ts'
import type { ActorSession, PlannedOperation, Workload } from './workload.ts'
import { UnknownOperationKind, WorkloadStuck } from './workload-errors.ts'

const name = 'topic-administration'
/** How long the reading of everything may take, and the pause between two attempts, in milliseconds. */
const readAllMsMax = 120_000
const pauseMs = 200
/** Values of settings begin here: above every least value that is allowed. */
const firstValue = 1_000_000

export const topicAdministration: Workload = {
  name,
  summary: 'Administrators create, delete and configure topics through any node; what was answered stays.',
  keepsEverything: true,
  writesRecords: false,
  generate: planAdministration,
  act: async (session, operations) => {
    const actor = new Actor(session)
    for (const operation of operations) await perform(actor, operation)
  },
  readAll: readTopics,
  judge: (operations, _excuses, _restored, copies) => miscountedTopics(operations, copies),
}

async function perform(actor: Actor, { id, atMs, kind, topic, partition, count }: PlannedOperation): Promise<void> {
  await actor.until(atMs)
  if (kind === 'create-topic')
    await actor.createTopic({ topic, partitions: count }, settingsAtFirst[partition % settingsAtFirst.length]!)
  else if (kind === 'delete-topic') await actor.deleteTopic(topic)
  else if (kind === 'set-config') {
    const setting = changedSettings[partition % changedSettings.length]!
    await actor.setConfig({ topic, setting, text: String(firstValue + id) })
  } else if (kind === 'list-topics') await actor.listTopics()
  else throw new UnknownOperationKind(name, kind)
}

/** Lists all topics; shows the settings of those that somebody configured; lists all topics once more. */
async function readTopics(session: ActorSession): Promise<void> {
  const actor = new Actor(session)
  const deadlineUs = session.world.clock.monotonicUs() + readAllMsMax * 1000
  const insist = async <T>(what: string, attempt: () => Promise<T | undefined>): Promise<T> => {
    for (;;) {
      const value = await attempt()
      if (value !== undefined) return value
      if (session.world.clock.monotonicUs() > deadlineUs) {
        throw new WorkloadStuck(`${what}, in ${readAllMsMax} ms with nothing in the way.`)
      }
      await actor.pause(pauseMs)
    }
  }
  const listed = await insist('The topics could not be listed', () => actor.listTopics())
  const configured = configuredTopics(session)
  const shown = listed.map(({ topic }) => topic).filter((topic) => configured.has(topic))
  if (shown.length > 0) {
    await insist('The settings of topics could not be read', () => actor.describeConfigs(shown, changedSettings))
  }
  await insist('The topics could not be listed', () => actor.listTopics())
}

/** Topics that somebody tried to configure. */
function configuredTopics({ history }: ActorSession): ReadonlySet<string> {
  return new Set(history.operations.flatMap((each) => (each.f === 'set-config' ? [each.value.topic] : [])))
}
