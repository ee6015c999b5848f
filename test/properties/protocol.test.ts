/** Laws of the codecs, for every message at every version. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apis } from '../../src/protocol/apis.ts'
import { decodeMessage, encodeMessage, encodeMessageParts } from '../../src/protocol/codec.ts'
import { endTxnMarker } from '../../src/protocol/control-records.ts'
import {
  decodeRequestHeader,
  decodeResponse,
  encodeRequest,
  encodeRequestParts,
  encodeResponse,
} from '../../src/protocol/headers.ts'
import { defaultPrincipalData } from '../../src/protocol/messages/58-envelope.ts'
import { metadataRecords } from '../../src/protocol/metadata-records/table.ts'
import { ProtocolError } from '../../src/protocol/protocol-error.ts'
import { quorumControlRecords } from '../../src/protocol/quorum-control-records.ts'
import {
  array,
  bytes,
  float64,
  int8,
  type Message,
  message,
  string,
  struct,
  uint32,
} from '../../src/protocol/schema.ts'
import { decodeUtf8, utf8Length, writeUtf8 } from '../../src/protocol/utf8.ts'
import { parseUuid, uuidFromBytes, uuidToBytes } from '../../src/protocol/uuid.ts'
import { arbitraryMessage } from '../unit/protocol/arbitrary-message.ts'

/** What no message above uses: every type, nullable structures, structures without bytes. */
const sampler = message(
  { name: 'Sampler', versions: '0-2', flexible: '1+' },
  {
    tiny: array('int8', { versions: '0+', nullable: '2+' }),
    texts: array('string', { versions: '0+' }),
    empty: array({ later: int8({ versions: '2+', ignorable: true }) }, { versions: '0+' }),
    maybe: struct({ ratio: float64({ versions: '0+' }) }, { versions: '0+', nullable: '0+', default: null }),
    blob: bytes({ versions: '0+', nullable: '1+', tagged: '1+', tag: 3 }),
    count: uint32({ versions: '1+', tagged: '1+', tag: 200, default: 7 }),
    nested: struct(
      { name: string({ versions: '1+' }), tags: array('uuid', { versions: '1+' }) },
      { versions: '1+', nullable: '1+', tagged: '1+', tag: 5, default: null },
    ),
  },
)

const messages: readonly Message[] = [
  ...Object.values(apis).flatMap(({ request, response }) => [request, response]),
  ...Object.values(metadataRecords),
  ...Object.values(quorumControlRecords),
  endTxnMarker,
  defaultPrincipalData,
  sampler,
]

function versionsOf({ versions }: Message): readonly number[] {
  return Array.from({ length: versions.max - versions.min + 1 }, (_, index) => versions.min + index)
}

/** The decoded message, or undefined where the bytes were refused; any other exception is passed on and fails the test. */
function decodedOrRefused(schema: Message, version: number, input: Uint8Array): unknown {
  try {
    return decodeMessage(schema, version, input)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    expect(error.position).toBeGreaterThanOrEqual(0)
    expect(error.position).toBeLessThanOrEqual(input.length)
    return undefined
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

for (const schema of messages) {
  describe(schema.name, () => {
    for (const version of versionsOf(schema)) {
      it(`version ${version} comes back from its bytes as it was, whole and in parts`, () => {
        fc.assert(
          fc.property(arbitraryMessage(schema, version), fc.nat(9), (value, offset) => {
            const encoded = encodeMessage(schema, version, value)
            expect(decodeMessage(schema, version, encoded)).toStrictEqual(value)
            const prefix = new Uint8Array(offset).fill(0xff)
            const parts = encodeMessageParts(schema, version, value, prefix)
            const whole = joined([...parts, prefix])
            expect(decodeMessage(schema, version, whole, offset, whole.length - offset)).toStrictEqual(value)
          }),
          { numRuns: 40 },
        )
      })

      it(`version ${version}, cut short, is refused`, () => {
        fc.assert(
          fc.property(arbitraryMessage(schema, version), fc.nat(), (value, seed) => {
            const encoded = encodeMessage(schema, version, value)
            if (encoded.length === 0) return
            const length = seed % encoded.length
            expect(decodedOrRefused(schema, version, encoded.subarray(0, length))).toBeUndefined()
          }),
          { numRuns: 40 },
        )
      })

      it(`version ${version}, damaged, is refused or is another message`, () => {
        const damage = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 0x7f, 0x80, 0xff))), {
          minLength: 1,
          maxLength: 4,
        })
        fc.assert(
          fc.property(arbitraryMessage(schema, version), damage, (value, changes) => {
            const encoded = encodeMessage(schema, version, value)
            if (encoded.length === 0) return
            for (const [index, byte] of changes) encoded[index % encoded.length] = byte
            const decoded = decodedOrRefused(schema, version, encoded)
            if (decoded === undefined) return
            const again = encodeMessage(schema, version, decoded as never)
            expect(decodeMessage(schema, version, again)).toStrictEqual(decoded)
          }),
          { numRuns: 60 },
        )
      })
    }

    it('takes any bytes at all without another exception than ProtocolError', () => {
      fc.assert(
        fc.property(
          fc.integer({ min: schema.versions.min, max: schema.versions.max }),
          fc.oneof(
            fc.uint8Array({ maxLength: 64 }),
            fc
              .array(fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff), { maxLength: 64 })
              .map((each) => Uint8Array.from(each)),
          ),
          (version, input) => {
            decodedOrRefused(schema, version, input)
          },
        ),
        { numRuns: 500 },
      )
    })
  })
}

describe('frames', () => {
  for (const api of Object.values(apis)) {
    it(`${api.name} requests and responses come back from their frames at every version`, () => {
      for (const version of versionsOf(api.request)) {
        const drawn = fc.tuple(
          arbitraryMessage<Message>(api.request, version),
          arbitraryMessage<Message>(api.response, version),
          fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }),
          fc.option(fc.string({ unit: 'binary', maxLength: 10 })),
        )
        fc.assert(
          fc.property(drawn, ([request, response, correlationId, clientId]) => {
            const frame = encodeRequest<Message, Message>(api, version, correlationId, clientId, request)
            expect(new DataView(frame.buffer, frame.byteOffset).getInt32(0)).toBe(frame.length - 4)
            expect(
              joined(encodeRequestParts<Message, Message>(api, version, correlationId, clientId, request)),
            ).toEqual(frame)
            const header = decodeRequestHeader(frame, 4)
            expect(header).toMatchObject({ apiKey: api.key, apiVersion: version, correlationId, clientId, api })
            expect(decodeMessage<Message>(api.request, version, frame, header.bodyStart)).toStrictEqual(request)

            const answer = joined(encodeResponse<Message, Message>(api, version, correlationId, response))
            expect(new DataView(answer.buffer).getInt32(0)).toBe(answer.length - 4)
            const decoded = decodeResponse<Message, Message>(api, version, answer, 4)
            expect(decoded).toStrictEqual({ correlationId, body: response })
          }),
          { numRuns: 10 },
        )
      }
    })
  }

  it('request headers of any bytes are refused or end inside the frame', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (input) => {
        try {
          expect(decodeRequestHeader(input).bodyStart).toBeLessThanOrEqual(input.length)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('texts and ids', () => {
  it('UTF-8 agrees with the platform on every text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const expected = new TextEncoder().encode(text)
        expect(utf8Length(text)).toBe(expected.length)
        const encoded = new Uint8Array(expected.length)
        expect(writeUtf8(text, encoded, 0)).toBe(expected.length)
        expect(encoded).toEqual(expected)
        expect(decodeUtf8(encoded, 0, encoded.length)).toBe(text)
      }),
      { numRuns: 2000 },
    )
  })

  it('UTF-8 agrees with the platform on which bytes are a text', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const nasty = fc.constantFrom(
      0x41,
      0x80,
      0xbf,
      0xc0,
      0xc1,
      0xc2,
      0xe0,
      0xed,
      0xa0,
      0x9f,
      0xf0,
      0x90,
      0xf4,
      0x8f,
      0xf5,
      0xff,
    )
    fc.assert(
      fc.property(fc.array(fc.oneof(nasty, fc.nat(255)), { maxLength: 6 }), (units) => {
        const input = Uint8Array.from(units)
        let expected: string | undefined
        try {
          expected = decoder.decode(input)
        } catch {
          expected = undefined
        }
        expect(decodeUtf8(input, 0, input.length)).toBe(expected)
      }),
      { numRuns: 20_000 },
    )
  })

  it('a UUID is the URL-safe base64 of its bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (sixteen) => {
        const text = Buffer.from(sixteen).toString('base64url')
        const uuid = uuidFromBytes(sixteen)
        expect(uuid).toBe(text)
        expect(parseUuid(text)).toBe(uuid)
        expect(uuidToBytes(uuid)).toEqual(sixteen)
      }),
    )
  })
})
