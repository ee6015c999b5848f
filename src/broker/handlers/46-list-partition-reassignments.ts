/**
 * ListPartitionReassignments (key 46), version 0: what is being moved, as far as is committed (KIP-455). Only the active
 * controller answers. The request's timeout means nothing, as in Kafka.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { ongoingReassignments } from '../controller/reassignments.ts'
import { handler } from './services.ts'

export const handleListPartitionReassignments = handler(
  apis.listPartitionReassignments,
  ({ controller }, _context, { topics: asked }, answer) => {
    controller.perform(() => {
      const topics = ongoingReassignments(controller.state, asked)
      controller.whenCommitted((refusal) => {
        if (refusal === undefined) return answer({ errorCode: errorCode.NONE, errorMessage: null, topics })
        answer({ errorCode: refusal.errorCode, errorMessage: refusal.errorMessage, topics: [] })
      })
    })
  },
)
