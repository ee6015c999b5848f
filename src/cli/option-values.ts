/** Values of options and arguments, from text; what does not fit is wrong usage. */

import { closeSync, existsSync, openSync, rmSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { COMPRESSIONS, type Compression } from '../protocol/record-batch.ts'
import type { Topology } from '../sim/plan/topology-draw.ts'
import type { Address } from '../world/network.ts'
import { messageOf, wrongUsage } from './command-error.ts'

/** A parser of decimal integers in `[min, max]`. */
export function integerIn(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`It takes an integer from ${min} to ${max}.`)
  }
}

/** A parser of lists of such integers, with commas between. */
export function integersIn(min: number, max: number): (text: string) => readonly number[] {
  const parse = integerIn(min, max)
  return (text) => text.split(',').map((part) => parse(part.trim()))
}

/** A parser of numbers of partitions: multiples of 10, for they are in topics of 10. */
export function partitionCounts(text: string): readonly number[] {
  const counts = integersIn(10, 100_000)(text)
  if (counts.every((count) => count % 10 === 0)) return counts
  throw new InvalidArgumentError('It takes multiples of 10.')
}

/** An address, `HOST:PORT`; an IPv6 address in brackets. */
export function hostAndPort(text: string): Address {
  const parts = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  const port = Number(parts?.[3])
  const host = parts?.[1] ?? parts?.[2]
  if (host === undefined || port < 1 || port > 65_535) {
    throw new InvalidArgumentError('It takes HOST:PORT, such as 127.0.0.1:9092.')
  }
  return { host, port }
}

/** Minutes, fractions allowed. */
export function positiveMinutes(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value > 0 && value <= 100_000) return value
  throw new InvalidArgumentError('It takes a number of minutes greater than 0, such as 5 or 0.5.')
}

/** A parser of seconds greater than 0, fractions allowed. */
export function secondsUpTo(max: number): (text: string) => number {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
    if (value > 0 && value <= max) return value
    throw new InvalidArgumentError(`It takes a number of seconds greater than 0 and up to ${max}, such as 2 or 0.5.`)
  }
}

/** A list of codecs, with commas between. */
export function codecs(text: string): readonly Compression[] {
  return text.split(',').map((part) => {
    const codec = COMPRESSIONS.find((name) => name === part.trim())
    if (codec === undefined) throw new InvalidArgumentError(`It takes some of ${COMPRESSIONS.join(', ')}.`)
    return codec
  })
}

/** Adds `KEY=VALUE` to what was set before. */
export function keyValue(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const split = text.indexOf('=')
  if (split < 1) throw new InvalidArgumentError('It takes KEY=VALUE, such as num.partitions=3.')
  return { ...before, [text.slice(0, split)]: text.slice(split + 1) }
}

/** Adds `FEATURE=LEVEL` to what was named before. */
export function featureLevel(text: string, before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const [, name, level] = /^([^=\s]+)=(\d{1,5})$/.exec(text) ?? []
  if (name === undefined || before.has(name)) {
    throw new InvalidArgumentError('It takes FEATURE=LEVEL, such as metadata.version=25, each feature once.')
  }
  return new Map([...before, [name, Number(level)]])
}

/** The id of a cluster: any word that can stand in a line of properties. */
export function clusterId(text: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(text)) return text
  throw new InvalidArgumentError('It takes an id such as samsa random-uuid prints: letters, digits, - and _.')
}

/** How many nodes of each role a command asks for. */
export interface TopologyOptions {
  readonly controllers?: number
  readonly brokers?: number
}

/** The topology that is asked for; undefined where plans are of one node. */
export function topologyOf({ controllers, brokers }: TopologyOptions): Topology | undefined {
  if (controllers === undefined && brokers === undefined) return undefined
  return {
    ...(controllers === undefined ? {} : { controllers }),
    ...(brokers === undefined ? {} : { brokers }),
  }
}

/** What makes the same plan of a seed again, as it is typed behind the seed. */
export function seedOptions({ controllers, brokers }: TopologyOptions): string {
  const texts = [
    controllers === undefined ? '' : ` --controllers ${controllers}`,
    brokers === undefined ? '' : ` --brokers ${brokers}`,
  ]
  return texts.join('')
}

/** Makes sure, before the work is done, that its result can be written there; leaves nothing. @throws {CommandError} */
export function checkWritable(path: string): void {
  const isThere = existsSync(path)
  try {
    closeSync(openSync(path, 'a'))
    // Whoever ends the command before its result must not find an empty one.
    if (!isThere) rmSync(path)
  } catch (error) {
    throw wrongUsage(`cannot write ${path}: ${messageOf(error)}; give the path of a file that can be written`)
  }
}
