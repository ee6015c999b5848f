/**
 * BrokerHeartbeat (key 63), versions 0 to 1: a broker lives, and is told whether it is fenced and whether it may stop.
 * Served by the active controller; answered when what it changed is committed. KIP-631; lost directories from version 1
 * on (KIP-858).
 */

import { apis } from '../../protocol/apis.ts'
import { heartbeat } from '../controller/heartbeats.ts'
import { handler } from './services.ts'

export const handleBrokerHeartbeat = handler(apis.brokerHeartbeat, ({ controller }, _context, request, answer) => {
  heartbeat(controller, request, answer)
})
