/**
 * AlterPartitionReassignments (key 45), versions 0 to 1: answered partition by partition when it is committed (KIP-455; from
 * version 1 on the number of replicas may be held, KIP-860; the answer repeats whether it may change, where topics were
 * named). The request's timeout is until it begins. Left out: moves to other brokers (`reassignments.ts`).
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { deadlineIn } from '../controller/deadline.ts'
import { alterReassignments } from '../controller/reassignments.ts'
import { Refusal } from '../controller/refusal.ts'
import { handler } from './services.ts'

export const handleAlterPartitionReassignments = handler(
  apis.alterPartitionReassignments,
  ({ controller }, _context, { topics, allowReplicationFactorChange, timeoutMs }, answer) => {
    const deadline = deadlineIn(controller, timeoutMs)
    alterReassignments(controller, { topics, mayChangeFactor: allowReplicationFactorChange, deadline }, (outcome) => {
      if (!(outcome instanceof Refusal)) {
        const repeated =
          topics.length === 0 ? { errorMessage: '' } : { errorMessage: null, allowReplicationFactorChange }
        return answer({ errorCode: errorCode.NONE, ...repeated, responses: outcome })
      }
      const { errorCode: code, errorMessage } = outcome
      const responses = topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: code, errorMessage })),
      }))
      answer({ errorCode: code, errorMessage, responses })
    })
  },
)
