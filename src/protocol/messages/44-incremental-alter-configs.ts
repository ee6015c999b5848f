/**
 * IncrementalAlterConfigs (key 44): single settings of a resource are changed; the others stay.
 *
 * Versions 0 to 1; flexible from 1. A broker passes it on; only the active controller decides.
 * - 0: the changes (KIP-339).
 * - 1: flexible (KIP-482).
 */

import { array, bool, type Decoded, type Encodable, int8, int16, int32, message, string } from '../schema.ts'

/**
 * The request's schema. `configOperation` is 0 to set, 1 to delete, 2 to append to a list, 3 to take from it;
 * `resourceType` as in DescribeConfigs.
 */
export const incrementalAlterConfigsRequest = message(
  { name: 'IncrementalAlterConfigsRequest', apiKey: 44, versions: '0-1', flexible: '1+' },
  {
    resources: array(
      {
        resourceType: int8({ versions: '0+', mapKey: true }),
        resourceName: string({ versions: '0+', mapKey: true }),
        configs: array(
          {
            name: string({ versions: '0+', mapKey: true }),
            configOperation: int8({ versions: '0+', mapKey: true }),
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
export const incrementalAlterConfigsResponse = message(
  { name: 'IncrementalAlterConfigsResponse', apiKey: 44, versions: '0-1', flexible: '1+' },
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

/** An IncrementalAlterConfigs request as decoded. */
export type IncrementalAlterConfigsRequest = Decoded<typeof incrementalAlterConfigsRequest>
/** An IncrementalAlterConfigs response as decoded. */
export type IncrementalAlterConfigsResponse = Decoded<typeof incrementalAlterConfigsResponse>
/** An IncrementalAlterConfigs request to encode. */
export type IncrementalAlterConfigsRequestInput = Encodable<typeof incrementalAlterConfigsRequest>
/** An IncrementalAlterConfigs response to encode. */
export type IncrementalAlterConfigsResponseInput = Encodable<typeof incrementalAlterConfigsResponse>
