/** IncrementalAlterConfigs (key 44), versions 0 to 1: single settings of topics and brokers change. KIP-339. */

import { apis } from '../../protocol/apis.ts'
import { incrementalAlterConfigs } from '../controller/configs.ts'
import { handler } from './services.ts'

export const handleIncrementalAlterConfigs = handler(
  apis.incrementalAlterConfigs,
  ({ controller }, _context, request, answer) => {
    const alterations = request.resources.map(({ resourceType, resourceName, configs }) => ({
      ...{ resourceType, resourceName },
      changes: configs.map(({ name, configOperation: operation, value }) => ({ name, operation, value })),
    }))
    incrementalAlterConfigs(controller, alterations, request.validateOnly, (responses) => answer({ responses }))
  },
)
