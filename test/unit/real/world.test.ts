import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRealWorld, MemoryStorage } from '../../../src/real/world.ts'
import { startProgram } from './child.ts'

const throwInCallbacks = new URL('./programs/throw-in-callbacks.ts', import.meta.url)

describe('a real world', () => {
  it('tells once, after the step, that its node has halted, and why', async () => {
    const reasons: Error[] = []
    const world = createRealWorld({ directory: 'memory', onHalt: (reason) => reasons.push(reason) })
    const reason = new Error('a sync failed')
    world.halt(reason)
    world.halt(new Error('again'))
    world.close()
    expect(reasons).toEqual([])
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    expect(reasons).toEqual([reason])
  })

  it('that is closed does not report a halt', async () => {
    let halts = 0
    const world = createRealWorld({ directory: 'memory', onHalt: () => halts++ })
    world.close()
    world.halt(new Error('too late'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(halts).toBe(0)
  })

  it('in memory finds what an earlier life left, where its storage is kept', () => {
    const storage = new MemoryStorage()
    const first = createRealWorld({ directory: storage, onHalt: () => undefined })
    first.disk.makeDirectory('topic-0')
    first.close()
    const second = createRealWorld({ directory: storage, onHalt: () => undefined })
    expect(second.disk.list('')).toEqual([{ name: 'topic-0', kind: 'directory' }])
    const other = createRealWorld({ directory: 'memory', onHalt: () => undefined })
    expect(other.disk.list('')).toEqual([])
  })

  it('lets what its owner throws in a callback reach the process', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'samsa-throw-'))
    const output = await startProgram(throwInCallbacks, directory).output()
    rmSync(directory, { recursive: true })
    const places = [
      'a timer',
      'a late timer',
      'read',
      'sync',
      'syncDirectory',
      'lock',
      'measure',
      'listen',
      'connected',
      'received of the client',
      'received of the server',
      'ended of the client',
      'closed of the client',
      'closed of the server',
      'onHalt',
    ]
    expect(output.trim().split('\n').sort()).toEqual(places.map((place) => `thrown in ${place}`).sort())
  })
})
