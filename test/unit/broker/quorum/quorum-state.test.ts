import { expect, it } from 'vitest'
import { METADATA_DIRECTORY } from '../../../../src/broker/log/log-directory.ts'
import { DirectoryError } from '../../../../src/broker/log/meta-properties.ts'
import { readQuorumState, writeQuorumState } from '../../../../src/broker/quorum/quorum-state.ts'
import { bytesOf, text } from '../log/log-fixture.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

const FILE = `${METADATA_DIRECTORY}/quorum-state`

it('quorum-state is one line of JSON, durable when it is written', async () => {
  const machine = new SimulatedMachine()
  machine.world.disk.makeDirectory(METADATA_DIRECTORY)
  await machine.syncDirectory('')
  await machine.run(writeQuorumState(machine.world, 'MkU3OEVBNTcwNTJENDM2Qg', { leaderId: 3, leaderEpoch: 41 }))
  machine.crash('powerLoss')
  expect(JSON.parse(text(machine.peek(FILE)))).toEqual({
    ...{ clusterId: 'MkU3OEVBNTcwNTJENDM2Qg', leaderId: 3, leaderEpoch: 41, votedId: -1, appliedOffset: 0 },
    ...{ currentVoters: [{ voterId: 3 }], data_version: 0 },
  })
  machine.startLife()
  expect(await machine.run(readQuorumState(machine.world))).toEqual({ leaderId: 3, leaderEpoch: 41 })
})

it('a voter that never voted has no state', async () => {
  const machine = new SimulatedMachine()
  machine.world.disk.makeDirectory(METADATA_DIRECTORY)
  expect(await machine.run(readQuorumState(machine.world))).toBeUndefined()
})

it('the state of another broker is read: version 1, any order, no leader', async () => {
  const machine = new SimulatedMachine()
  const content =
    '{"leaderId":-1,"leaderEpoch":2,"votedId":1,"votedDirectoryId":"AAAAAAAAAAAAAAAAAAAAAA","data_version":1}'
  await machine.place(FILE, bytesOf(content))
  expect(await machine.run(readQuorumState(machine.world))).toEqual({ leaderId: -1, leaderEpoch: 2 })
  await machine.place(FILE, bytesOf('{"leaderEpoch":5,"leaderId":1}'))
  expect(await machine.run(readQuorumState(machine.world))).toEqual({ leaderId: 1, leaderEpoch: 5 })
})

it.each(['', '\0\0\0\0', '{"leaderId":1,"leaderEp', '{"leaderId":1}', '{"leaderEpoch":"2","leaderId":1}'])(
  'a state that cannot be read (%j) is an error: without it this voter could vote twice',
  async (content) => {
    const machine = new SimulatedMachine()
    await machine.place(FILE, bytesOf(content))
    await expect(machine.run(readQuorumState(machine.world))).rejects.toThrow(DirectoryError)
  },
)
