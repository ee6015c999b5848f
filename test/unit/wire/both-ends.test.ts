/** A client's and a broker's end, over the networks of both worlds. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeMessage } from '../../../src/protocol/codec.ts'
import { encodeResponse } from '../../../src/protocol/headers.ts'
import { ClientConnection } from '../../../src/wire/client-connection.ts'
import type { ServerRequest } from '../../../src/wire/exchange.ts'
import { ServerConnection, type ServerConnectionHandler } from '../../../src/wire/server-connection.ts'
import type { WireError } from '../../../src/wire/wire-error.ts'
import type { Address } from '../../../src/world/network.ts'
import type { Arm } from '../../conformance/arm.ts'
import { realArm } from '../../conformance/arms/real-arm.ts'
import { simulatedArm } from '../../conformance/arms/simulated-arm.ts'

const { apiVersions, produce } = apis

/** Agrees on versions; a produce is answered with the size of its records as the offset, `held` ones when told. */
class EchoBroker implements ServerConnectionHandler {
  readonly held: (() => void)[] = []
  readonly closes: (WireError | undefined)[] = []
  isHolding = false

  request(request: ServerRequest): void {
    const { apiKey, apiVersion, correlationId } = request.header
    if (apiKey === apiVersions.key) {
      const apiKeys = [apiVersions, produce].map(({ key, versions }) => ({
        ...{ apiKey: key, minVersion: versions.min, maxVersion: versions.max },
      }))
      request.reply(encodeResponse(apiVersions, apiVersion, correlationId, { errorCode: 0, apiKeys }))
      return
    }
    const body = decodeMessage(produce.request, apiVersion, request.bytes, request.bodyStart, request.bodyEnd)
    const partitionResponses = body.topicData.flatMap(({ partitionData }) =>
      partitionData.map(({ index, records }) => ({ index, errorCode: 0, baseOffset: records?.length ?? -1 })),
    )
    const responses = [{ name: 't', partitionResponses }]
    const reply = () => request.reply(encodeResponse(produce, apiVersion, correlationId, { responses }))
    if (this.isHolding) this.held.push(reply)
    else reply()
  }

  malformed(): void {
    throw new Error('no frame of ours is malformed')
  }

  closed(error: WireError | undefined): void {
    this.closes.push(error)
  }
}

const kinds = [
  realArm({ disk: 'memory', reading: 'direct' }),
  simulatedArm({ name: 'simulated', seed: 1 }),
  simulatedArm({
    name: 'simulated, a network that cuts everything and buffers little',
    seed: 2,
    network: { splitPerMillion: 1_000_000, segmentBytesMax: 8192, receiveWindowBytes: 16_384, sendBufferBytes: 4096 },
  }),
]

for (const kind of kinds) {
  describe(`both ends over a network: ${kind.name}`, () => {
    let arm: Arm
    beforeEach(() => {
      arm = kind.begin()
    })
    afterEach(() => arm.end())

    async function begin() {
      const [here, there] = [arm.world('a'), arm.world('b')]
      const broker = new EchoBroker()
      let bound: Address | undefined
      there.network.listen(
        { host: arm.host('b'), port: 0 },
        (connection) => new ServerConnection(connection, broker),
        (_, address) => {
          bound = address
        },
      )
      await arm.until('the broker listens', () => bound !== undefined)
      const closes: WireError[] = []
      const client = new ClientConnection(
        { ready: () => undefined, closed: (error) => closes.push(error) },
        { network: here.network, clock: here.clock, address: bound!, clientId: 'tester' },
      )
      await arm.until('versions are agreed on', () => client.isReady)
      const outcomes: (number | string | undefined)[] = []
      const send = (bytes: number) => {
        const records = new Uint8Array(bytes)
        const body = { acks: 1, timeoutMs: 1000, topicData: [{ name: 't', partitionData: [{ index: 0, records }] }] }
        client.request(
          produce,
          12,
          body,
          (error, response) => {
            const sent = error?.sent === true ? 'sent' : 'unsent'
            outcomes.push(error ? `${error.code} ${sent}` : response?.responses[0]?.partitionResponses[0]?.baseOffset)
          },
          { timeoutMs: 30_000 },
        )
      }
      return { broker, client, closes, outcomes, send, there }
    }

    it('requests of a few bytes and of megabytes are answered in order', async () => {
      const { client, send, outcomes } = await begin()
      expect(client.versionFor(produce)).toBe(13)
      const sizes = Array.from({ length: 40 }, (_, index) => (index % 10 === 3 ? 3_000_000 + index : index * 37))
      for (const size of sizes) send(size)
      await arm.until('all are answered', () => outcomes.length === sizes.length)
      expect(outcomes).toEqual(sizes)
    })

    it('a broker that is killed leaves requests of which nobody knows what became', async () => {
      const { broker, send, outcomes, closes, there } = await begin()
      broker.isHolding = true
      for (const size of [1, 2, 3, 4, 5, 6]) send(size)
      await arm.until('five have reached the broker', () => broker.held.length === 5)
      arm.kill(there)
      await arm.until('the client knows', () => closes.length === 1)
      expect(outcomes).toEqual([...Array(5).fill('CLOSED sent'), 'CLOSED unsent'])
    })

    it('answers that come in another order arrive in that of the requests', async () => {
      const { broker, send, outcomes } = await begin()
      broker.isHolding = true
      for (const size of [1, 2, 3]) send(size)
      await arm.until('all have reached the broker', () => broker.held.length === 3)
      for (const reply of broker.held.reverse()) reply()
      await arm.until('all are answered', () => outcomes.length === 3)
      expect(outcomes).toEqual([1, 2, 3])
    })

    it('a client that closes ends both', async () => {
      const { broker, client, closes } = await begin()
      client.close()
      await arm.until('both are told', () => closes.length === 1 && broker.closes.length === 1)
      expect(closes.map(({ code }) => code)).toEqual(['CLOSED'])
    })
  })
}
