/**
 * The bridge to promises in a real world. The host drains microtasks after every event by itself, so there is nothing to
 * mark; only a simulation has to be told. Not here: making the promises (`src/world/promises.ts`).
 */

import type { Promises } from '../world/promises.ts'

/** Stateless; one serves all worlds. */
export const realPromises: Promises = { mark: () => undefined }
