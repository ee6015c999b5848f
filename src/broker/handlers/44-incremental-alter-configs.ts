/** IncrementalAlterConfigs (key 44), versions 0 to 1: single settings of topics and brokers change. KIP-339. */

import { apis } from '../../protocol/apis.ts'
import type { IncrementalAlterConfigsRequest } from '../../protocol/messages/44-incremental-alter-configs.ts'
import { incrementalAlterConfigs } from '../controller/configs.ts'
import { type Alter, alterResources } from './altered-resources.ts'
import { handler } from './services.ts'

export const handleIncrementalAlterConfigs = handler(
  apis.incrementalAlterConfigs,
  (services, context, request, answer) => {
    const alter: Alter<IncrementalAlterConfigsRequest> = ({ resources, validateOnly }, done) => {
      const alterations = resources.map(({ resourceType, resourceName, configs }) => ({
        ...{ resourceType, resourceName },
        changes: configs.map(({ name, configOperation: operation, value }) => ({ name, operation, value })),
      }))
      incrementalAlterConfigs(services.controller, alterations, validateOnly, done)
    }
    alterResources(services, context, { api: apis.incrementalAlterConfigs, request, alter }, answer)
  },
)
