/**
 * CreatePartitions (key 37), versions 0 to 3: answered topic by topic when the partitions are committed.
 *
 * Left out: the request's timeout, quotas (KIP-599).
 */

import { apis } from '../../protocol/apis.ts'
import { createPartitions } from '../controller/partition-creation.ts'
import { handler } from './services.ts'

export const handleCreatePartitions = handler(apis.createPartitions, ({ controller }, _context, request, answer) => {
  createPartitions(controller, request.topics, request.validateOnly, (results) => answer({ results }))
})
