/** New ids, as Kafka makes them: random version-4 UUIDs that do not begin with a dash and are not reserved. */

import { isReservedUuid, type Uuid, uuidFromBytes } from '../../protocol/uuid.ts'
import { drawBytes, type Random } from '../../world/random.ts'

export function newUuid(random: Random): Uuid {
  for (;;) {
    const bytes = drawBytes(random, 16)
    bytes[6] = (bytes[6]! & 0x0f) | 0x40
    bytes[8] = (bytes[8]! & 0x3f) | 0x80
    const id = uuidFromBytes(bytes)
    if (!id.startsWith('-') && !isReservedUuid(id)) return id
  }
}
