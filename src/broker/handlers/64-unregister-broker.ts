/** UnregisterBroker (key 64), version 0: a broker that is gone for good is forgotten. KIP-631. */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { unregisterBroker } from '../controller/brokers.ts'
import { handler } from './services.ts'

export const handleUnregisterBroker = handler(apis.unregisterBroker, ({ controller }, _context, request, answer) => {
  unregisterBroker(controller, request.brokerId, (refusal) =>
    answer({ errorCode: refusal?.errorCode ?? errorCode.NONE, errorMessage: refusal?.errorMessage ?? null }),
  )
})
