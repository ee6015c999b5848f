// Calls a producer and an admin of @platformatic/kafka, for a Node that it runs on: standard input is
// `{ client, options, calls: [{ on: 'producer' | 'admin', method, argument }] }`, standard output what the calls gave back,
// as a list. Times are numbers here. Ends with 1 and the reason where one fails.

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const { resolve } = createRequire(new URL('../clients/package.json', import.meta.url))
const { Admin, Producer, stringSerializers } = await import(pathToFileURL(resolve('@platformatic/kafka')).href)

let input = ''
for await (const chunk of process.stdin) input += chunk
const { options, calls } = JSON.parse(input)
const clients = { producer: undefined, admin: undefined }
const made = { producer: Producer, admin: Admin }
const results = []
for (const { on, method, argument } of calls) {
  clients[on] ??= new made[on]({ clientId: 'platformatic', serializers: stringSerializers, ...options })
  for (const message of argument?.messages ?? []) {
    if (message.timestamp !== undefined) message.timestamp = BigInt(message.timestamp)
  }
  results.push((await clients[on][method](argument)) ?? null)
}
for (const client of Object.values(clients)) await client?.close()
const plain = (_name, value) => {
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Map ? Object.fromEntries(value) : value
}
process.stdout.write(JSON.stringify(results, plain))
