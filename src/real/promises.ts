/** Promises in a real world: the host drains microtasks after every event by itself, so there is nothing to mark. */

import type { Promises } from '../world/promises.ts'

export const realPromises: Promises = { mark: () => undefined }
