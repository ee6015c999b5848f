/**
 * BrokerHeartbeat (key 63): a broker shows that it lives, and says whether it wants to be fenced or to shut down.
 *
 * Versions 0 to 1; flexible from 0. Only controllers answer it.
 * - 0: the heartbeat (KIP-631).
 * - 1: log directories that are offline (KIP-858).
 */

import { array, bool, type Decoded, type Encodable, int16, int32, int64, message } from '../schema.ts'

/** The request's schema. `currentMetadataOffset` is the last offset of the metadata log that the broker has applied. */
export const brokerHeartbeatRequest = message(
  { name: 'BrokerHeartbeatRequest', apiKey: 63, versions: '0-1', flexible: '0+' },
  {
    brokerId: int32({ versions: '0+' }),
    brokerEpoch: int64({ versions: '0+', default: -1 }),
    currentMetadataOffset: int64({ versions: '0+' }),
    wantFence: bool({ versions: '0+' }),
    wantShutDown: bool({ versions: '0+' }),
    offlineLogDirs: array('uuid', { versions: '1+', tagged: '1+', tag: 0 }),
  },
)

/** The response's schema. `shouldShutDown` lets a broker that wanted to shut down go: it leads nothing any more. */
export const brokerHeartbeatResponse = message(
  { name: 'BrokerHeartbeatResponse', apiKey: 63, versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    isCaughtUp: bool({ versions: '0+', default: false }),
    isFenced: bool({ versions: '0+', default: true }),
    shouldShutDown: bool({ versions: '0+' }),
  },
)

/** A BrokerHeartbeat request as decoded. */
export type BrokerHeartbeatRequest = Decoded<typeof brokerHeartbeatRequest>
/** A BrokerHeartbeat response as decoded. */
export type BrokerHeartbeatResponse = Decoded<typeof brokerHeartbeatResponse>
/** A BrokerHeartbeat request to encode. */
export type BrokerHeartbeatRequestInput = Encodable<typeof brokerHeartbeatRequest>
/** A BrokerHeartbeat response to encode. */
export type BrokerHeartbeatResponseInput = Encodable<typeof brokerHeartbeatResponse>
