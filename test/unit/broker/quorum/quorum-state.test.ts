import { expect, it } from 'vitest'
import { METADATA_DIRECTORY } from '../../../../src/broker/log/log-directory.ts'
import { DirectoryError } from '../../../../src/broker/log/meta-properties.ts'
import { readQuorumState, writeQuorumState } from '../../../../src/broker/quorum/quorum-state.ts'
import { ZERO_UUID } from '../../../../src/protocol/uuid.ts'
import { promised } from '../../../../src/world/promises.ts'
import { bytesOf, text } from '../log/log-fixture.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const FILE = `${METADATA_DIRECTORY}/quorum-state`
const CLUSTER = 'MkU3OEVBNTcwNTJENDM2Qg'

it('quorum-state is one line of JSON, durable when it is written', async () => {
  const machine = new SimulatedMachine()
  const { world } = machine
  world.disk.makeDirectory(METADATA_DIRECTORY)
  await machine.syncDirectory('')
  const election = { epoch: 41, leaderId: -1, votedFor: { id: 3, directoryId: ZERO_UUID } }
  await machine.run(
    promised<void>(world.promises, (done) =>
      writeQuorumState(world, CLUSTER, [1, 2, 3], election, (error) => done(error, undefined)),
    ),
  )
  machine.crash('powerLoss')
  expect(JSON.parse(text(machine.peek(FILE)))).toEqual({
    ...{ clusterId: CLUSTER, leaderId: -1, leaderEpoch: 41, votedId: 3, appliedOffset: 0 },
    ...{ currentVoters: [{ voterId: 1 }, { voterId: 2 }, { voterId: 3 }], data_version: 0 },
  })
  machine.startLife()
  expect(await machine.run(readQuorumState(machine.world))).toEqual(election)
})

it('a node that never took part has no state', async () => {
  const machine = new SimulatedMachine()
  machine.world.disk.makeDirectory(METADATA_DIRECTORY)
  expect(await machine.run(readQuorumState(machine.world))).toBeUndefined()
})

it('the state of another broker is read: version 1, any order, no vote', async () => {
  const machine = new SimulatedMachine()
  const content =
    '{"leaderId":-1,"leaderEpoch":2,"votedId":1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}'
  await machine.place(FILE, bytesOf(content))
  const voted = { id: 1, directoryId: ZERO_UUID }
  expect(await machine.run(readQuorumState(machine.world))).toEqual({ epoch: 2, leaderId: -1, votedFor: voted })
  await machine.place(FILE, bytesOf('{"leaderEpoch":5,"leaderId":1}'))
  const unvoted = { epoch: 5, leaderId: 1, votedFor: undefined }
  expect(await machine.run(readQuorumState(machine.world))).toEqual(unvoted)
})

it.each([
  '',
  '\0\0\0\0',
  '{"leaderId":1,"leaderEp',
  '{"leaderId":1}',
  '{"leaderEpoch":"2","leaderId":1}',
  '{"leaderEpoch":2,"leaderId":1,"votedId":"x"}',
])('a state that cannot be read (%j) is an error: without it this voter could vote twice', async (content) => {
  const machine = new SimulatedMachine()
  await machine.place(FILE, bytesOf(content))
  await expect(machine.run(readQuorumState(machine.world))).rejects.toThrow(DirectoryError)
})
