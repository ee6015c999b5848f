import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { killBroker } from './broker-kills.ts'
import { INSTALL } from './clients.ts'
import { loadNames, loadsHere } from './kill-loads.ts'

const missing = loadNames.filter((name) => !loadsHere.includes(name))
const without = missing.length === 0 ? '' : ` (without ${missing.join(', ')}: ${INSTALL})`

// The long version, a hundred kills with how long each start took, is `npm run test:kills`.
it(`a broker that is killed under load loses no acknowledged record and doubles none${without}`, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'samsa-kills-'))
  try {
    const { starts, acknowledged, wrong } = await killBroker({ folder, clients: loadsHere, kills: 2, partitions: 100 })
    expect(wrong).toEqual([])
    expect(starts).toHaveLength(2)
    for (const count of acknowledged.values()) expect(count).toBeGreaterThan(50)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
