/** Metadata, through the codecs. */

import { describe, expect, it } from 'vitest'
import type { RequestContext, Services } from '../../../../src/broker/handlers/services.ts'
import { handlersOf } from '../../../../src/broker/handlers/table.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { decodeMessage, encodeMessage } from '../../../../src/protocol/codec.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import type { MetadataRequest, MetadataResponseInput } from '../../../../src/protocol/messages/03-metadata.ts'
import { METADATA_TOPIC_ID, ZERO_UUID } from '../../../../src/protocol/uuid.ts'

/** What a broker says that knows nothing; the answer as its version carries it. */
function ask(apiVersion: number, topics: MetadataRequest['topics']) {
  const bytes = encodeMessage(apis.metadata.request, apiVersion, { topics })
  const request = decodeMessage(apis.metadata.request, apiVersion, bytes)
  const context = { apiVersion } as RequestContext
  let answered: unknown
  handlersOf('broker')
    .get(apis.metadata.key)!
    .handle({} as Services, context, request as never, (answer) => {
      answered = answer
    })
  const encoded = encodeMessage(apis.metadata.response, apiVersion, answered as MetadataResponseInput)
  return decodeMessage(apis.metadata.response, apiVersion, encoded)
}

describe('Metadata before version 12', () => {
  it.each([10, 11])('refuses topics without a name, for its answers have no room for them (version %i)', (version) => {
    const named = { name: 'a', topicId: ZERO_UUID }
    const { topics } = ask(version, [named, { name: null, topicId: METADATA_TOPIC_ID }])
    expect(topics.map(({ name, errorCode }) => [name, errorName(errorCode)])).toEqual([
      ['a', 'INVALID_REQUEST'],
      ['', 'INVALID_REQUEST'],
    ])
  })

  it.each([10, 11])('refuses ids of topics, which mean nothing yet (version %i)', (version) => {
    const { topics } = ask(version, [{ name: 'a', topicId: METADATA_TOPIC_ID }])
    expect(topics.map(({ errorCode }) => errorName(errorCode))).toEqual(['INVALID_REQUEST'])
  })
})
