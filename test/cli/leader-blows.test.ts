import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { strikeLeaders } from './leader-blows.ts'

// The long version, with how long each new leader took, is `npm run test:leader-kills`.
test('three controllers lose no answered creation while their leaders are killed, or stopped and let go on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'samsa-leader-blows-'))
  try {
    const { wrong, answered, leaderMs } = await strikeLeaders(folder, ['SIGKILL', 'SIGSTOP', 'SIGKILL'])
    expect(wrong).toEqual([])
    expect(answered).toBeGreaterThan(3)
    expect(leaderMs).toHaveLength(3)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
