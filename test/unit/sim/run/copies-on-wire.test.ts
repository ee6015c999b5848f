import { describe, expect, test } from 'vitest'
import { type Api, apis } from '../../../../src/protocol/apis.ts'
import { encodeRequest } from '../../../../src/protocol/headers.ts'
import type { Encodable, Message } from '../../../../src/protocol/schema.ts'
import { CopiesOnWire } from '../../../../src/sim/run/copies-on-wire.ts'
import type { SeenRequest } from '../../../../src/sim/run/wire-tap.ts'

const CLIENT = 10
/** Nodes 1 and 2 are controllers, node 2 is a broker too; nodes 2 to 4 are brokers. */
const noting = () => new CopiesOnWire((node) => node <= 2)

function seen(api: Api, server: number, body: unknown, atUs = 5): SeenRequest {
  return { connection: 1, client: CLIENT, server, api, version: api.versions.max, correlationId: 1, body, atUs }
}

const creation = (...names: string[]) => ({ topics: names.map((name) => ({ name })), validateOnly: false })
const deletion = (...names: string[]) => ({ topics: names.map((name) => ({ name })), topicNames: [] })
const change = (value: string | null, resourceType = 2) => ({
  resources: [{ resourceType, resourceName: 'a', configs: [{ name: 'retention.ms', configOperation: 0, value }] }],
})

/** The request as a broker passes it on, without the length of its frame. */
function enveloped<T extends Message>(api: Api<T, Message>, body: Encodable<T>) {
  const bytes = encodeRequest(api, api.versions.max, 3, 'admin', body)
  return { requestData: bytes.subarray(4), requestPrincipal: null, clientHostAddress: new Uint8Array(4) }
}

describe('copies of requests for a change', () => {
  test('are noted one for each topic and setting, from clients and in envelopes, until they are answered', () => {
    const wire = noting()
    const requests = [
      seen(apis.createTopics, 3, creation('a', 'b')),
      seen(apis.deleteTopics, 2, deletion('a')),
      seen(apis.incrementalAlterConfigs, 3, change('7'), 6),
      seen(apis.envelope, 1, enveloped(apis.deleteTopics, { ...deletion('c'), timeoutMs: 1 }), 7),
    ]
    for (const request of requests) wire.onRequest(request)
    wire.onResponse(requests[1]!, 8)
    wire.onResponse(requests[3]!, 9)
    const never = Number.MAX_SAFE_INTEGER
    expect(wire.copies).toEqual([
      { change: 'create-topic', topic: 'a', sentUs: 5, doneUs: never, decides: 'never' },
      { change: 'create-topic', topic: 'b', sentUs: 5, doneUs: never, decides: 'never' },
      { change: 'delete-topic', topic: 'a', sentUs: 5, doneUs: 8, decides: 'often' },
      {
        change: 'set-config',
        topic: 'a',
        setting: 'retention.ms',
        text: '7',
        sentUs: 6,
        doneUs: never,
        decides: 'never',
      },
      { change: 'delete-topic', topic: 'c', sentUs: 7, doneUs: 9, decides: 'once' },
    ])
  })

  test('are over when the life ends that had them, and no other life’s are', () => {
    const wire = noting()
    wire.onRequest(seen(apis.createTopics, 3, creation('a')))
    wire.onRequest(seen(apis.createTopics, 4, creation('b')))
    wire.onLifeEnded(3, 9)
    wire.onRequest(seen(apis.createTopics, 3, creation('c'), 10))
    expect(wire.copies.map(({ topic, doneUs }) => [topic, doneUs === Number.MAX_SAFE_INTEGER])).toEqual([
      ['a', false],
      ['b', true],
      ['c', true],
    ])
  })

  test('are not of requests that change nothing', () => {
    const wire = noting()
    wire.onRequest(seen(apis.createTopics, 3, { ...creation('a'), validateOnly: true }))
    wire.onRequest(seen(apis.incrementalAlterConfigs, 3, change('7', 4)))
    wire.onRequest(seen(apis.metadata, 3, { topics: [{ name: 'a' }] }))
    expect(wire.copies).toEqual([])
  })
})
