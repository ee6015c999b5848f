/** What a campaign has covered, as a table, and which accepted differences it has met. */

import { errorName } from '../../src/protocol/errors.ts'
import { grouped } from '../../src/reporters/figures.ts'
import type { CampaignReport } from './campaign.ts'
import { acceptedDifferences } from './differences.ts'

/** One line per API: its versions, and the error codes that Apache Kafka answered with how often. */
export function coverageTable({ coverage }: CampaignReport): string {
  const rows = [...coverage]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([api, versions]) => {
      const codes = new Map<string, number>()
      for (const counts of versions.values()) {
        for (const [code, count] of counts) codes.set(code, (codes.get(code) ?? 0) + count)
      }
      const met = [...codes].sort(([, a], [, b]) => b - a).map(([code, count]) => `${nameOf(code)} ${grouped(count)}`)
      const known = [...versions.keys()].sort((a, b) => a - b)
      return [api, `${known[0]}–${known.at(-1)} (${known.length})`, met.join(', ')] as const
    })
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows
    .map(([api, versions, met]) => `${api.padEnd(widths[0]!)}  ${versions.padEnd(widths[1]!)}  ${met}`)
    .join('\n')
}

/** One line per accepted difference, those that were not met last. */
export function acceptedTable({ accepted }: CampaignReport): string {
  const counts = acceptedDifferences.map((difference) => [accepted.get(difference) ?? 0, difference] as const)
  return [...counts]
    .sort(([a], [b]) => b - a)
    .map(([count, { name, reason }]) => `${grouped(count).padStart(9)}  ${name}: ${reason}`)
    .join('\n')
}

function nameOf(code: string): string {
  return /^-?\d+$/.test(code) ? errorName(Number(code)) : `(${code})`
}
