/** ControllerRegistration (key 70), version 0: a controller tells where it listens and what it supports. KIP-919. */

import { apis } from '../../protocol/apis.ts'
import { errorCode } from '../../protocol/errors.ts'
import { registerController } from '../controller/brokers.ts'
import { handler } from './services.ts'

export const handleControllerRegistration = handler(
  apis.controllerRegistration,
  ({ controller }, _context, request, answer) => {
    registerController(controller, request, (refusal) =>
      answer({ errorCode: refusal?.errorCode ?? errorCode.NONE, errorMessage: refusal?.errorMessage ?? null }),
    )
  },
)
