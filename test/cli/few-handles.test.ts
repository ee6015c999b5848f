/** A broker whose process may open few files: connections and partitions must share them. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { Client } from '../../src/client/client.ts'
import { createRealWorld } from '../../src/real/world.ts'
import { freePort } from '../compatibility/free-port.ts'

const bin = fileURLToPath(new URL('../../bin/samsa.js', import.meta.url))
const PARTITIONS = 150
const CONNECTIONS = 300

test.skipIf(process.platform === 'win32')(
  '256 open files are enough for 150 partitions and any crowd at the door',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'samsa-few-'))
    const port = await freePort()
    const command = `ulimit -n 256; exec "${process.execPath}" "${bin}" up --port ${port} --dir "${folder}"`
    const broker = spawn('bash', ['-c', command], { stdio: ['ignore', 'pipe', 'pipe'] })
    const world = createRealWorld({ directory: 'memory', onHalt: () => undefined })
    const client = new Client(world, { bootstrap: [{ host: '127.0.0.1', port }], clientId: 'few' })
    const crowd: Socket[] = []
    try {
      await once(broker.stdout, 'data')
      expect(await client.createTopics([{ name: 'many', numPartitions: PARTITIONS }])).toMatchObject([
        { kind: 'created' },
      ])
      const producer = client.producer()
      const send = (partition: number) => producer.send({ topic: 'many', partition, value: new Uint8Array(100) })
      const partitions = Array.from({ length: PARTITIONS }, (_, partition) => partition)
      const before = await Promise.all(partitions.map(send))
      for (let count = 0; count < CONNECTIONS; count++) {
        crowd.push(connect(port, '127.0.0.1').on('error', () => undefined))
      }
      await Promise.race(crowd.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
      const after = await Promise.all(partitions.map(send))
      expect([...before, ...after].filter(({ kind }) => kind === 'failed')).toEqual([])
      expect(broker.exitCode).toBeNull()
    } finally {
      for (const socket of crowd) socket.destroy()
      client.close()
      world.close()
      broker.kill('SIGKILL')
      await once(broker, 'exit')
      rmSync(folder, { recursive: true, force: true })
    }
  },
)
