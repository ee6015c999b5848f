/**
 * ElectLeaders (key 43): partitions get their preferred leader, or any live one though records be lost.
 *
 * Versions 0 to 2; flexible from 2. A broker passes it on; only the active controller decides.
 * - 0: the preferred leader (KIP-183).
 * - 1: the type of election; an error for the whole response (KIP-460).
 * - 2: flexible (KIP-482).
 */

import { array, type Decoded, type Encodable, int8, int16, int32, message, string } from '../schema.ts'

/**
 * The request's schema. `electionType` is 0 for the preferred leader, 1 for an unclean election; `topicPartitions` null
 * stands for all partitions.
 */
export const electLeadersRequest = message(
  { name: 'ElectLeadersRequest', apiKey: 43, versions: '0-2', flexible: '2+' },
  {
    electionType: int8({ versions: '1+', default: 0 }),
    topicPartitions: array(
      {
        topic: string({ versions: '0+', mapKey: true }),
        partitions: array('int32', { versions: '0+' }),
      },
      { versions: '0+', nullable: '0+' },
    ),
    timeoutMs: int32({ versions: '0+', default: 60_000 }),
  },
)

/** The response's schema. Where all were asked for, partitions that needed no election are left out. */
export const electLeadersResponse = message(
  { name: 'ElectLeadersResponse', apiKey: 43, versions: '0-2', flexible: '2+' },
  {
    throttleTimeMs: int32({ versions: '0+', default: 0 }),
    errorCode: int16({ versions: '1+', default: 0 }),
    replicaElectionResults: array(
      {
        topic: string({ versions: '0+' }),
        partitionResult: array(
          {
            partitionId: int32({ versions: '0+' }),
            errorCode: int16({ versions: '0+' }),
            errorMessage: string({ versions: '0+', nullable: '0+' }),
          },
          { versions: '0+' },
        ),
      },
      { versions: '0+' },
    ),
  },
)

/** An ElectLeaders request as decoded. */
export type ElectLeadersRequest = Decoded<typeof electLeadersRequest>
/** An ElectLeaders response as decoded. */
export type ElectLeadersResponse = Decoded<typeof electLeadersResponse>
/** An ElectLeaders request to encode. */
export type ElectLeadersRequestInput = Encodable<typeof electLeadersRequest>
/** An ElectLeaders response to encode. */
export type ElectLeadersResponseInput = Encodable<typeof electLeadersResponse>
