/**
 * AlterConfigs (key 33), versions 0 to 2: the settings named take the place of all those of a resource.
 *
 * Old, and kept for old clients: two who change different settings overwrite each other (KIP-339 came after).
 */

import { apis } from '../../protocol/apis.ts'
import { alterConfigs } from '../controller/configs.ts'
import { handler } from './services.ts'

export const handleAlterConfigs = handler(apis.alterConfigs, ({ controller }, _context, request, answer) => {
  alterConfigs(controller, request.resources, request.validateOnly, (responses) => answer({ responses }))
})
