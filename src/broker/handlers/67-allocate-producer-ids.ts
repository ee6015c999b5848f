/** AllocateProducerIds (key 67), version 0: a broker gets the next thousand producer ids. KIP-730. */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { allocateProducerIds } from '../controller/producer-id-blocks.ts'
import { Refusal } from '../controller/refusal.ts'
import { handler } from './services.ts'

export const handleAllocateProducerIds = handler(
  apis.allocateProducerIds,
  ({ controller }, _context, request, answer) => {
    allocateProducerIds(controller, request, (block) => {
      if (block instanceof Refusal) {
        return answer({ errorCode: block.errorCode, producerIdStart: -1, producerIdLen: 0 })
      }
      const { first: producerIdStart, end } = block
      answer({ errorCode: errorCode.NONE, producerIdStart, producerIdLen: end - producerIdStart })
    })
  },
)
