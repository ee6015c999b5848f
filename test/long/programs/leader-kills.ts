/**
 * `npm run test:leader-kills -- [--kills N]`: the leader of three controller processes is killed, then stopped and let go on,
 * N times each (50 if not said), while topics are created as fast as they are answered. Prints how long each new
 * leader took; ends with 1 where a creation was lost or doubled, or a leader took too long. A quarter of an hour.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Blow } from '../../cli/controllers.ts'
import { type Report, strikeLeaders } from '../../cli/leader-blows.ts'
import { count, endWhenInterrupted, median, print, program } from './program.ts'

const MEDIAN_MS = 3000
const LONGEST_MS = 5000
const { kills } = program('test:leader-kills', 'Kills, and stops, the leader of three controllers again and again.')
  .option('--kills <n>', 'how often in each of the two ways', count, 50)
  .parse()
  .opts<{ readonly kills: number }>()

endWhenInterrupted()
const wrong: string[] = []
for (const blow of ['SIGKILL', 'SIGSTOP'] as const) wrong.push(...(await strike(blow)))
for (const line of wrong) print(line)
process.exitCode = wrong.length === 0 ? 0 : 1

async function strike(blow: Blow): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'samsa-leader-kills-'))
  try {
    const report = await strikeLeaders(folder, Array<Blow>(kills).fill(blow), print)
    print(`${blow}, ${kills} times; ${report.answered} creations answered`)
    print(`  a new leader:        ${figures(report.leaderMs)}`)
    print(`  a creation answered: ${figures(report.answerMs)}`)
    return [...report.wrong, ...tooSlow(blow, report)]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function tooSlow(blow: Blow, { leaderMs }: Report): string[] {
  const found: string[] = []
  if (median(leaderMs) > MEDIAN_MS) found.push(`${blow}: a new leader takes more than ${MEDIAN_MS} ms in the median`)
  if (Math.max(...leaderMs) > LONGEST_MS) found.push(`${blow}: a new leader took more than ${LONGEST_MS} ms`)
  return found
}

function figures(ms: readonly number[]): string {
  return `median ${median(ms)} ms, longest ${Math.max(...ms)} ms, shortest ${Math.min(...ms)} ms`
}
