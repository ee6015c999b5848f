/**
 * Every message that this program writes is read by Apache Kafka's own classes: they see the same fields, and write the
 * same bytes again. Runs where SAMSA_APACHE_KAFKA names a script that runs a Java program with Apache's jars:
 * `SCRIPT run FILE.java`.
 */

import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { apis } from '../../src/protocol/apis.ts'
import { encodeMessage } from '../../src/protocol/codec.ts'
import { defaultPrincipalData } from '../../src/protocol/messages/58-envelope.ts'
import { metadataRecords } from '../../src/protocol/metadata-records/table.ts'
import { quorumControlRecords } from '../../src/protocol/quorum-control-records.ts'
import { type Field, type Fields, hasVersion, type Message } from '../../src/protocol/schema.ts'
import { arbitraryMessage } from '../unit/protocol/arbitrary-message.ts'
import { apacheKafka, output } from './commands.ts'

const program = fileURLToPath(new URL('programs/RoundTrip.java', import.meta.url))
const SEED = 20_260_210
const SAMPLES = 10

/** Each with the name of Apache's class below `org.apache.kafka.common`. */
const messages: readonly (readonly [string, Message])[] = [
  ...Object.values(apis)
    .flatMap(({ request, response }) => [request, response])
    .map((schema) => [`message.${schema.name}Data`, schema] as const),
  ...Object.values(metadataRecords).map((schema) => [`metadata.${schema.name}`, schema] as const),
  ...Object.values(quorumControlRecords).map((schema) => [`message.${schema.name}`, schema] as const),
  ['message.DefaultPrincipalData', defaultPrincipalData],
]

interface Sample {
  readonly what: string
  readonly hex: string
  readonly json: unknown
}

function samplesOf([name, schema]: readonly [string, Message]): readonly Sample[] {
  const { min, max } = schema.versions
  return Array.from({ length: max - min + 1 }, (_, index) => min + index).flatMap((version) =>
    fc.sample(arbitraryMessage<Message>(schema, version), { numRuns: SAMPLES, seed: SEED }).map((value) => {
      const hex = Buffer.from(encodeMessage<Message>(schema, version, value)).toString('hex')
      return { what: `${name} ${version}`, hex, json: fieldsAsJson(schema.fields, version, value) }
    }),
  )
}

/** As Apache shows it: without the fields that the version lacks, and without tagged ones at their defaults. */
function fieldsAsJson(fields: Fields, version: number, values: unknown): unknown {
  const shown = Object.entries(fields).flatMap(([name, field]): (readonly [string, unknown])[] => {
    if (!hasVersion(field.versions, version)) return []
    const value = asJson(field, version, (values as Record<string, unknown>)[name])
    const isAbsent = hasVersion(field.tagged, version) && same(value, asJson(field, version, field.default))
    if (isAbsent) return []
    const isRecords = field.type.kind === 'primitive' && field.type.primitive === 'records'
    return [[isRecords && value !== null ? `${name}SizeInBytes` : name, value]]
  })
  return Object.fromEntries(shown)
}

function asJson({ type }: Field, version: number, value: unknown): unknown {
  if (value === null) return null
  if (type.kind === 'struct') return fieldsAsJson(type.fields, version, value)
  if (type.kind === 'array' && typeof type.of !== 'string') {
    const { of } = type
    return (value as readonly unknown[]).map((element) => fieldsAsJson(of, version, element))
  }
  if (value instanceof Uint8Array) {
    const isRecords = type.kind === 'primitive' && type.primitive === 'records'
    return isRecords ? value.length : Buffer.from(value).toString('base64')
  }
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

describe.skipIf(apacheKafka === undefined)(
  'with Apache Kafka (set SAMSA_APACHE_KAFKA to the script that runs it)',
  () => {
    it('every message at every version has the same fields for Apache’s classes, which write the same bytes again', async () => {
      const samples = messages.flatMap(samplesOf)
      const input = samples.map(({ what, hex }) => `${what} ${hex}\n`).join('')
      const answers = (await output(apacheKafka!, ['run', program], { input })).split('\n')
      expect(answers.length).toBe(samples.length + 1)
      for (const [index, { what, hex, json }] of samples.entries()) {
        const [again, shown = ''] = answers[index]!.split(/ (.*)/)
        expect(`${what} ${again}`).toBe(`${what} ${hex}`)
        expect(JSON.parse(shown), what).toEqual(json)
      }
    })
  },
)
