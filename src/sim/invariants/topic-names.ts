/** Topic names for messages that name topics by id: learnt from the ids that CreateTopics and Metadata answered. */

import type { Uuid } from '../../protocol/uuid.ts'
import { ZERO_UUID } from '../../protocol/uuid.ts'
import type { SeenRequest } from '../run/wire-tap.ts'
import type { Judged } from './invariant.ts'

/** The name of the topic of one part of a message; undefined where only an id is given that was never told. */
export function topicNameOf(
  judged: Judged,
  _request: SeenRequest,
  part: { readonly name?: string; readonly topic?: string; readonly topicId: Uuid },
): string | undefined {
  if (part.topicId !== ZERO_UUID) return judged.ghost.topicNames.get(part.topicId)
  return part.name ?? part.topic
}
