/**
 * AlterConfigs (key 33): all dynamic settings of a resource are replaced; those not named go back to their defaults.
 *
 * Versions 0 to 2; flexible from 2. A broker passes it on; only the active controller decides. IncrementalAlterConfigs
 * does better.
 * - 0: the settings (KIP-133).
 * - 1: throttled responses are sent before the throttling (KIP-219).
 * - 2: flexible (KIP-482).
 */

import { array, bool, type Decoded, type Encodable, int8, int16, int32, message, string } from '../schema.ts'

/** The request's schema. `resourceType` as in DescribeConfigs; an empty name of a broker stands for all brokers. */
export const alterConfigsRequest = message(
  { name: 'AlterConfigsRequest', apiKey: 33, versions: '0-2', flexible: '2+' },
  {
    resources: array(
      {
        resourceType: int8({ versions: '0+', mapKey: true }),
        resourceName: string({ versions: '0+', mapKey: true }),
        configs: array(
          {
            name: string({ versions: '0+', mapKey: true }),
            value: string({ versions: '0+', nullable: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
    validateOnly: bool({ versions: '0+' }),
  },
)

/** The response's schema. A resource is changed as a whole or not at all. */
export const alterConfigsResponse = message(
  { name: 'AlterConfigsResponse', apiKey: 33, versions: '0-2', flexible: '2+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    responses: array(
      {
        errorCode: int16({ versions: '0+' }),
        errorMessage: string({ versions: '0+', nullable: '0+' }),
        resourceType: int8({ versions: '0+' }),
        resourceName: string({ versions: '0+' }),
      },
      { versions: '0+' },
    ),
  },
)

/** An AlterConfigs request as decoded. */
export type AlterConfigsRequest = Decoded<typeof alterConfigsRequest>
/** An AlterConfigs response as decoded. */
export type AlterConfigsResponse = Decoded<typeof alterConfigsResponse>
/** An AlterConfigs request to encode. */
export type AlterConfigsRequestInput = Encodable<typeof alterConfigsRequest>
/** An AlterConfigs response to encode. */
export type AlterConfigsResponseInput = Encodable<typeof alterConfigsResponse>
