/**
 * Our schemas are Kafka's. The definitions are not part of this repository: name their folder, with `messages/*.json` in
 * it, in SAMSA_KAFKA_SCHEMAS (they lie in the source tree of Apache Kafka and in its published jars).
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apis } from '../../../src/protocol/apis.ts'
import { defaultPrincipalData } from '../../../src/protocol/messages/58-envelope.ts'
import { array, int32, type Message, message, string } from '../../../src/protocol/schema.ts'
import { compareSchema, type OfficialMessage, parseOfficialSchema, stableVersions } from './compare-schema.ts'

const folder = process.env['SAMSA_KAFKA_SCHEMAS']
const title = "every schema equals Kafka's definition"

function official(name: string): OfficialMessage {
  return parseOfficialSchema(readFileSync(join(folder ?? '', 'messages', `${name}.json`), 'utf8'))
}

describe.skipIf(folder === undefined)(
  folder === undefined ? `${title} (skipped: SAMSA_KAFKA_SCHEMAS is not set)` : title,
  () => {
    for (const { name, request, response } of Object.values(apis)) {
      it(`${name} request`, () => {
        expect(compareSchema(request, official(`${name}Request`))).toEqual([])
      })
      it(`${name} response`, () => {
        // Only requests say that their latest version is unstable.
        const versions = stableVersions(official(`${name}Request`))
        expect(compareSchema(response, official(`${name}Response`), versions)).toEqual([])
      })
    }
    it('the principal in an Envelope', () => {
      expect(compareSchema(defaultPrincipalData, official('DefaultPrincipalData'))).toEqual([])
    })
  },
)

describe('the comparison of schemas', () => {
  const definition = parseOfficialSchema(`{
    // A comment.
    "name": "Sample", "apiKey": 7, "validVersions": "1-4", "flexibleVersions": "3+", "latestVersionUnstable": true,
    "fields": [
      { "name": "Id", "type": "int32", "versions": "0+", "default": "-1" }, // Another comment.
      { "name": "Names", "type": "[]Name", "versions": "2+", "ignorable": true, "fields": [
        { "name": "Text", "type": "string", "versions": "2+", "nullableVersions": "3+" }
      ]},
      { "name": "Later", "type": "int32", "versions": "4+" }
    ]
  }`)
  const about = { name: 'Sample', apiKey: 7, versions: '1-3', flexible: '3+' } as const
  const id = int32({ versions: '0+', default: -1 })
  const names = array({ text: string({ versions: '2+', nullable: '3+' }) }, { versions: '2+', ignorable: true })

  it('finds nothing between a definition and the schema that says the same of its stable versions', () => {
    expect(compareSchema(message(about, { id, names }), definition)).toEqual([])
  })

  const planted: readonly (readonly [string, Message, RegExp])[] = [
    ['a default', message(about, { id: int32({ versions: '0+' }), names }), /id: default is 0/],
    ['the versions of the message', message({ ...about, versions: '1-4' }, { id, names }), /^versions is/],
    ['the flexible versions', message({ ...about, flexible: '2+' }, { id, names }), /^flexible is/],
    ['a missing field', message(about, { id }), /order of fields/],
    ['the order', message(about, { names, id }), /order of fields/],
    [
      'a nested nullability',
      message(about, { id, names: array({ text: string({ versions: '2+' }) }, { versions: '2+', ignorable: true }) }),
      /names\.text: nullable/,
    ],
    [
      'ignorability',
      message(about, { id, names: array({ text: string({ versions: '2+', nullable: '3+' }) }, { versions: '2+' }) }),
      /names: ignorable/,
    ],
    ['a type', message(about, { id: string({ versions: '0+' }), names }), /id: type is "string"/],
  ]
  for (const [what, schema, difference] of planted) {
    it(`reports a difference in ${what}`, () => {
      expect(compareSchema(schema, definition).join('\n')).toMatch(new RegExp(difference, 'm'))
    })
  }
})
