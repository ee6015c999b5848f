/**
 * DescribeConfigs (key 32): the settings of topics, brokers and groups, where each comes from, and what it means.
 *
 * Versions 1 to 4; flexible from 4.
 * - 1: the source of each value, and its synonyms (KIP-226).
 * - 2: throttled responses are sent before the throttling (KIP-219).
 * - 3: types and documentation (KIP-569).
 * - 4: flexible (KIP-482).
 */

import { array, bool, type Decoded, type Encodable, int8, int16, int32, message, string } from '../schema.ts'

/**
 * The request's schema. `resourceType` is 2 for a topic, 4 a broker, 8 a broker's loggers, 16 client metrics, 32 a
 * group; `configurationKeys` null asks for all.
 */
export const describeConfigsRequest = message(
  { name: 'DescribeConfigsRequest', apiKey: 32, versions: '1-4', flexible: '4+' },
  {
    resources: array(
      {
        resourceType: int8({ versions: '0+' }),
        resourceName: string({ versions: '0+' }),
        configurationKeys: array('string', { versions: '0+', nullable: '0+' }),
      },
      { versions: '0+' },
    ),
    includeSynonyms: bool({ versions: '1+', default: false }),
    includeDocumentation: bool({ versions: '3+', default: false }),
  },
)

/**
 * The response's schema. `configSource` and `source` are 1 for a topic's own setting, 2 a broker's, 3 that of all
 * brokers, 4 the broker's file, 5 the default, 6 a logger, 7 client metrics, 8 a group; `configType` 1 boolean, 2
 * string, 3 int, 4 short, 5 long, 6 double, 7 list, 8 class, 9 password. `value` is null where it is sensitive.
 */
export const describeConfigsResponse = message(
  { name: 'DescribeConfigsResponse', apiKey: 32, versions: '1-4', flexible: '4+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    results: array(
      {
        errorCode: int16({ versions: '0+' }),
        errorMessage: string({ versions: '0+', nullable: '0+' }),
        resourceType: int8({ versions: '0+' }),
        resourceName: string({ versions: '0+' }),
        configs: array(
          {
            name: string({ versions: '0+' }),
            value: string({ versions: '0+', nullable: '0+' }),
            readOnly: bool({ versions: '0+' }),
            configSource: int8({ versions: '1+', default: -1, ignorable: true }),
            isSensitive: bool({ versions: '0+' }),
            synonyms: array(
              {
                name: string({ versions: '1+' }),
                value: string({ versions: '1+', nullable: '0+' }),
                source: int8({ versions: '1+' }),
              },
              { versions: '1+', ignorable: true },
            ),
            configType: int8({ versions: '3+', default: 0, ignorable: true }),
            documentation: string({ versions: '3+', nullable: '0+', ignorable: true }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** A DescribeConfigs request as decoded. */
export type DescribeConfigsRequest = Decoded<typeof describeConfigsRequest>
/** A DescribeConfigs response as decoded. */
export type DescribeConfigsResponse = Decoded<typeof describeConfigsResponse>
/** A DescribeConfigs request to encode. */
export type DescribeConfigsRequestInput = Encodable<typeof describeConfigsRequest>
/** A DescribeConfigs response to encode. */
export type DescribeConfigsResponseInput = Encodable<typeof describeConfigsResponse>
