/** What parted the brokers, for people: the requests up to there, the two answers, and where they differ. */

import type { Finding } from './campaign.ts'

const WIDTH_MAX = 400
const PLACES_MAX = 12

/** Lines. */
export function storyOf({ kind, count, seed, sequence, parting }: Finding): string {
  const { at, unexplained } = parting
  const requests = (at === undefined ? sequence : sequence.slice(0, at + 1)).map(
    ({ api, version, body, damage }, place) => {
      const how = damage === undefined ? '' : `, with ${JSON.stringify(damage)}`
      return `  ${place + 1}. ${api} v${version}${how}\n     ${JSON.stringify(body)}`
    },
  )
  const places = unexplained.slice(0, PLACES_MAX).map(({ path, samsa, apache }) => {
    return `  ${path}\n     samsa:        ${short(samsa)}\n     Apache Kafka: ${short(apache)}`
  })
  const more = unexplained.length > PLACES_MAX ? [`  … and ${unexplained.length - PLACES_MAX} places more`] : []
  return [
    `${kind} (${count} times; seed ${seed})`,
    'After',
    ...requests,
    at === undefined ? 'what is read back differs at' : 'the answers to the last differ at',
    ...places,
    ...more,
  ].join('\n')
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > WIDTH_MAX ? `${text.slice(0, WIDTH_MAX)}…` : text
}
