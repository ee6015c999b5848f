/**
 * ListConfigResources (key 74): the names of resources that have settings.
 *
 * Versions 0 to 1; flexible from 0.
 * - 0: those of client metrics only (KIP-1000).
 * - 1: the types that are asked for, or all (KIP-1142).
 */

import { array, type Decoded, type Encodable, int8, int16, int32, message, string } from '../schema.ts'

/** The request's schema. `resourceTypes` as in DescribeConfigs; none stands for all that are supported. */
export const listConfigResourcesRequest = message(
  { name: 'ListConfigResourcesRequest', apiKey: 74, versions: '0-1', flexible: '0+' },
  {
    resourceTypes: array('int8', { versions: '1+', default: [] }),
  },
)

/** The response's schema. */
export const listConfigResourcesResponse = message(
  { name: 'ListConfigResourcesResponse', apiKey: 74, versions: '0-1', flexible: '0+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '0+' }),
    configResources: array(
      {
        resourceName: string({ versions: '0+' }),
        resourceType: int8({ versions: '1+', default: 16, ignorable: true }),
      },
      { versions: '0+' },
    ),
  },
)

/** A ListConfigResources request as decoded. */
export type ListConfigResourcesRequest = Decoded<typeof listConfigResourcesRequest>
/** A ListConfigResources response as decoded. */
export type ListConfigResourcesResponse = Decoded<typeof listConfigResourcesResponse>
/** A ListConfigResources request to encode. */
export type ListConfigResourcesRequestInput = Encodable<typeof listConfigResourcesRequest>
/** A ListConfigResources response to encode. */
export type ListConfigResourcesResponseInput = Encodable<typeof listConfigResourcesResponse>
