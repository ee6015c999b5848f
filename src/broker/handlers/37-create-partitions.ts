/**
 * CreatePartitions (key 37), versions 0 to 3: answered topic by topic when the partitions are committed.
 *
 * The request's timeout is until it begins. Left out: quotas (KIP-599).
 */

import { apis } from '../../protocol/apis.ts'
import { deadlineIn } from '../controller/deadline.ts'
import { createPartitions } from '../controller/partition-creation.ts'
import { handler } from './services.ts'

export const handleCreatePartitions = handler(apis.createPartitions, ({ controller }, _context, request, answer) => {
  const { topics, validateOnly, timeoutMs } = request
  const asked = { topics, validateOnly, deadline: deadlineIn(controller, timeoutMs) }
  createPartitions(controller, asked, (results) => answer({ results }))
})
