import { describe, expect, it } from 'vitest'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeMessage, encodeMessage } from '../../../src/protocol/codec.ts'
import type { Message } from '../../../src/protocol/schema.ts'
import captured from '../../fixtures/apache-messages.json' with { type: 'json' }
import { hex, toHex } from './hex.ts'

const schemas: ReadonlyMap<string, Message> = new Map(
  Object.values(apis)
    .flatMap(({ request, response }): Message[] => [request, response])
    .map((schema) => [schema.name, schema]),
)

describe('messages of nodes and tools, as Apache Kafka writes them', () => {
  it.each(captured.messages)('$name $version is read and written byte for byte', (message) => {
    const schema = schemas.get(message.name)!
    const decoded = decodeMessage<Message>(schema, message.version, hex(message.hex))
    expect(decoded).toMatchObject(message.fields)
    expect(toHex(encodeMessage<Message>(schema, message.version, decoded))).toBe(message.hex)
  })
})
