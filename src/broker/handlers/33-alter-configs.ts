/**
 * AlterConfigs (key 33), versions 0 to 2: the settings named take the place of all those of a resource.
 *
 * Old, and kept for old clients: two who change different settings overwrite each other (KIP-339 came after).
 */

import { apis } from '../../protocol/apis.ts'
import type { AlterConfigsRequest } from '../../protocol/messages/33-alter-configs.ts'
import { alterConfigs } from '../controller/configs.ts'
import { type Alter, alterResources } from './altered-resources.ts'
import { handler } from './services.ts'

export const handleAlterConfigs = handler(apis.alterConfigs, (services, context, request, answer) => {
  const alter: Alter<AlterConfigsRequest> = ({ resources, validateOnly }, done) =>
    alterConfigs(services.controller, resources, validateOnly, done)
  alterResources(services, context, { api: apis.alterConfigs, request, alter }, answer)
})
