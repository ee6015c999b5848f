/**
 * Many sequences, on several pairs of connections at a time. What parts the brokers is shrunk, kept once per kind, and
 * passed over afterwards, so that the next kind is found.
 */

import fc from 'fast-check'
import type { Outcome } from './arm.ts'
import type { RunningBroker } from './broker.ts'
import type { AcceptedDifference } from './differences.ts'
import { Pair, type Parting } from './pair.ts'
import type { ApiName, DrawnRequest } from './request.ts'
import { sequences } from './sequence.ts'

/** A way in which the brokers part, with the shortest sequence that was found. */
export interface Finding {
  readonly kind: string
  readonly seed: number
  readonly sequence: readonly DrawnRequest[]
  readonly parting: Parting
  /** How many sequences came to it, those of shrinking not counted. */
  count: number
}

export interface CampaignOptions {
  readonly samsa: RunningBroker
  readonly apache: RunningBroker
  readonly sequences: number
  readonly seed: number
  /** Sequences at a time. */
  readonly lanes: number
  /** Findings are left as they were drawn where this is false. */
  readonly shrinks: boolean
  /** Draws from these APIs only. */
  readonly only?: readonly ApiName[]
  /** Kinds of findings after which it ends. */
  readonly findingsMax: number
  readonly onFinding?: (finding: Finding) => void
  readonly onProgress?: (done: number, findings: number) => void
}

export interface CampaignReport {
  readonly sequences: number
  readonly requests: number
  readonly findings: readonly Finding[]
  /** How often each accepted difference was met. */
  readonly accepted: ReadonlyMap<AcceptedDifference, number>
  /** How often each error code was answered by Apache Kafka, by API and version. */
  readonly coverage: ReadonlyMap<ApiName, ReadonlyMap<number, ReadonlyMap<string, number>>>
}

export async function runCampaign(options: CampaignOptions): Promise<CampaignReport> {
  const tally = new Tally()
  const share = Math.ceil(options.sequences / options.lanes)
  const lanes = Array.from({ length: options.lanes }, (_, lane) => runLane(options, lane, share, tally))
  await Promise.all(lanes)
  return tally
}

/** What all lanes have seen. */
class Tally implements CampaignReport {
  sequences = 0
  requests = 0
  readonly findings: Finding[] = []
  readonly accepted = new Map<AcceptedDifference, number>()
  readonly coverage = new Map<ApiName, Map<number, Map<string, number>>>()

  readonly outcome = (request: DrawnRequest, _samsa: Outcome, apache: Outcome): void => {
    this.requests++
    const versions = getOrMake(this.coverage, request.api, () => new Map<number, Map<string, number>>())
    const codes = getOrMake(versions, request.version, () => new Map<string, number>())
    for (const code of codesOf(apache)) codes.set(code, (codes.get(code) ?? 0) + 1)
  }

  readonly observeAccepted = (difference: AcceptedDifference): void => {
    this.accepted.set(difference, (this.accepted.get(difference) ?? 0) + 1)
  }
}

async function runLane(options: CampaignOptions, lane: number, share: number, tally: Tally): Promise<void> {
  const { samsa, apache, seed, shrinks, findingsMax, onProgress } = options
  const pair = new Pair(samsa, apache, `${String.fromCharCode(97 + lane)}${(Date.now() % 1_679_616).toString(36)}`)
  const observed = { outcome: tally.outcome, accepted: tally.observeAccepted }
  let left = share
  for (let round = 0; left > 0 && tally.findings.length < findingsMax; round++) {
    let last: Parting | undefined
    let isShrinking = false
    const roundSeed = seed + lane * 1_000_003 + round * 7919
    const result = await fc.check(
      fc.asyncProperty(sequences(options.only), async (sequence) => {
        if (tally.findings.length >= findingsMax) return
        if (!isShrinking) {
          left--
          tally.sequences++
          onProgress?.(tally.sequences, tally.findings.length)
        }
        const parting = await pair.run(sequence, observed)
        if (parting === undefined) return
        const known = tally.findings.find(({ kind }) => kind === kindOf(parting))
        if (known !== undefined) {
          if (!isShrinking) known.count++
          return
        }
        last = parting
        isShrinking = true
        throw new Error(kindOf(parting))
      }),
      { seed: roundSeed, numRuns: left, endOnFailure: !shrinks },
    )
    if (!result.failed || last === undefined) {
      // Not the brokers: the test itself.
      if (result.failed) throw result.errorInstance
      continue
    }
    const sequence = result.counterexample![0]
    const kind = kindOf(last)
    if (tally.findings.every((finding) => finding.kind !== kind)) {
      const finding = { kind, seed: roundSeed, sequence, parting: last, count: 1 }
      tally.findings.push(finding)
      options.onFinding?.(finding)
    }
  }
  pair.close()
}

/** Partings of one kind have the same cause, as far as one can tell from the place and the values. */
function kindOf({ at, samsa, apache, unexplained }: Parting): string {
  const [first] = unexplained
  const { api, path } = first!
  const short = (value: unknown): string => {
    const text = JSON.stringify(value) ?? 'undefined'
    return text.length > 24 ? '…' : text
  }
  const place = path.replaceAll(/\[[^\]]*\]/g, '[]')
  const [ours, theirs] = [samsa, apache].map((each) => (at === undefined ? [] : codesOf(each as Outcome)).join(' '))
  const codes = ours === theirs ? '' : ` (${ours} | ${theirs})`
  return `${api} ${place}: ${short(first!.samsa)} | ${short(first!.apache)}${codes.length > 60 ? '' : codes}`
}

/** Every error code in an answer. */
function codesOf(outcome: Outcome): readonly string[] {
  if (!('answer' in outcome)) return ['without' in outcome ? outcome.without : 'unreadable']
  const found = new Set<string>()
  collect(outcome.answer, found)
  return [...found].sort()
}

function collect(value: unknown, found: Set<string>): void {
  if (value === null || typeof value !== 'object') return
  for (const [name, each] of Object.entries(value)) {
    if (name === 'errorCode') found.add(String(each))
    else collect(each, found)
  }
}

function getOrMake<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
