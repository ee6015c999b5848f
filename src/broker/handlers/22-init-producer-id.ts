/**
 * InitProducerId (key 22), versions 0 to 5: a new producer id for an idempotent producer, at epoch 0.
 *
 * An id is answered only when the block it comes from is committed. A producer that names its present id and epoch gets
 * a new id as well, as in Kafka for producers without a transactional id. Left out: transactional ids (refused).
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { NONE } from '../../protocol/record-batch.ts'
import { handler } from './services.ts'

export const handleInitProducerId = handler(apis.initProducerId, ({ producerIds }, _context, request, answer) => {
  const refuse = (code: number): void => answer({ errorCode: code, producerId: -1, producerEpoch: -1 })
  if (request.transactionalId !== null) return refuse(errorCode.INVALID_REQUEST)
  // A producer names its id and epoch together, or neither.
  if ((request.producerId === NONE) !== (request.producerEpoch === NONE)) return refuse(errorCode.INVALID_REQUEST)
  const isTaken = producerIds.next((error, producerId) => {
    if (error !== undefined) return refuse(errorCode.COORDINATOR_LOAD_IN_PROGRESS)
    answer({ errorCode: errorCode.NONE, producerId, producerEpoch: 0 })
  })
  if (!isTaken) refuse(errorCode.COORDINATOR_LOAD_IN_PROGRESS)
})
