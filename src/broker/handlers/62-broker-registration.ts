/**
 * BrokerRegistration (key 62), versions 0 to 4: a broker's process asks to be one of the cluster's. Served by the active
 * controller; answered when the registration is committed. KIP-631; log directories from version 2 on (KIP-858).
 *
 * Left out: the epoch of before (version 3), by which a clean shutdown is told from another.
 */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { registerBroker } from '../controller/brokers.ts'
import { handler } from './services.ts'

export const handleBrokerRegistration = handler(
  apis.brokerRegistration,
  ({ controller }, _context, request, answer) => {
    registerBroker(controller, request, (refusal, brokerEpoch) =>
      answer(
        refusal === undefined
          ? { errorCode: errorCode.NONE, brokerEpoch }
          : { errorCode: refusal.errorCode, brokerEpoch: -1 },
      ),
    )
  },
)
