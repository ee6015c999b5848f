/**
 * ElectLeaders (key 43), versions 0 to 2: the preferred leader (KIP-183), or any live one though records be lost (KIP-460,
 * from version 1 on); answered when the elections are committed. The request's timeout is until they begin.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { deadlineIn } from '../controller/deadline.ts'
import { electLeaders } from '../controller/elections.ts'
import { Refusal } from '../controller/refusal.ts'
import { handler } from './services.ts'

export const handleElectLeaders = handler(apis.electLeaders, ({ controller }, { apiVersion }, request, answer) => {
  const { electionType, topicPartitions, timeoutMs } = request
  const elections = { electionType, targets: topicPartitions, deadline: deadlineIn(controller, timeoutMs) }
  electLeaders(controller, elections, (outcome) => {
    if (!(outcome instanceof Refusal)) return answer({ errorCode: errorCode.NONE, replicaElectionResults: outcome })
    const { errorCode: code, errorMessage } = outcome
    // Version 0 has no error for the whole response: each partition that was asked for carries it.
    const replicaElectionResults = (topicPartitions ?? []).map(({ topic, partitions }) => ({
      topic,
      partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode: code, errorMessage })),
    }))
    answer({ errorCode: apiVersion < 1 ? errorCode.NONE : code, replicaElectionResults })
  })
})
