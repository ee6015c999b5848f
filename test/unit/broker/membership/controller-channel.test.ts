import { beforeEach, describe, expect, it } from 'vitest'
import { ControllerChannel } from '../../../../src/broker/membership/controller-channel.ts'
import type { Peers } from '../../../../src/broker/peers/peers.ts'
import type { QuorumLeader, QuorumListener } from '../../../../src/broker/quorum/quorum.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { errorCode } from '../../../../src/protocol/errors.ts'
import { SimulatedMachine } from '../simulated-machine.ts'

interface Asked {
  readonly host: string
  readonly answer: (response: object | undefined) => void
}

let machine: SimulatedMachine
/** What was asked of other nodes, oldest first. */
let asked: Asked[]
let listeners: QuorumListener[]
let quorum: { leader: QuorumLeader; listen: (listener: QuorumListener) => void }
let channel: ControllerChannel

beforeEach(() => {
  machine = new SimulatedMachine()
  asked = []
  listeners = []
  quorum = { leader: { leaderId: 1, epoch: 1 }, listen: (listener) => void listeners.push(listener) }
  const request = ({ host }: { host: string }, _api: unknown, _body: unknown, timeoutMs: number, done: unknown) => {
    const answer = done as (error: undefined, response: object | undefined) => void
    const timer = machine.world.clock.setTimer(timeoutMs * 1000, () => answer(undefined, undefined))
    const answered = (response: object | undefined): void => {
      timer.cancel()
      answer(undefined, response)
    }
    asked.push({ host, answer: answered })
  }
  channel = new ControllerChannel({
    ...{ world: machine.world, nodeId: 9, quorum, peers: { request } as unknown as Peers },
    addressOf: (id) => (id < 0 ? undefined : { host: `node-${id}`, port: 9093 }),
    callLocally: () => undefined,
  })
})

/** Asks for a block of producer ids; the error codes of answers go to the list. */
function ask(): (number | undefined)[] {
  const answers: (number | undefined)[] = []
  channel.request(apis.allocateProducerIds, { brokerId: 9, brokerEpoch: 1 }, 30_000, (response) =>
    answers.push(response?.errorCode),
  )
  return answers
}

function lead(leaderId: number, epoch: number): void {
  quorum.leader = { leaderId, epoch }
  for (const listener of listeners) listener.leaderChanged?.(quorum.leader)
}

/** Lets virtual time pass. */
function pass(ms: number): Promise<void> {
  const { clock, promises } = machine.world
  return machine.run(
    new Promise<void>((resolve) => {
      clock.setTimer(ms * 1000, () => resolve(promises.mark()))
    }),
  )
}

describe('a request to the active controller', () => {
  it('that hangs at a node goes to another as soon as that is known to lead', async () => {
    const answers = ask()
    lead(-1, 2)
    await pass(200)
    expect(asked.map(({ host }) => host)).toEqual(['node-1'])
    lead(2, 3)
    await pass(100)
    expect(asked.map(({ host }) => host)).toEqual(['node-1', 'node-2'])
    asked[1]!.answer({ errorCode: errorCode.NONE })
    expect(answers).toEqual([errorCode.NONE])
    asked[0]!.answer({ errorCode: errorCode.NONE })
    await pass(60_000)
    expect([answers.length, asked.length, channel.pending]).toEqual([1, 2, 0])
  })

  it('waits for its answer where the same node leads in a later epoch', async () => {
    const answers = ask()
    lead(1, 2)
    await pass(200)
    asked[0]!.answer({ errorCode: errorCode.NONE })
    expect([asked.length, answers]).toEqual([1, [errorCode.NONE]])
  })

  it('is tried again where the node is not the controller, and at the latest after five seconds', async () => {
    const answers = ask()
    asked[0]!.answer({ errorCode: errorCode.NOT_CONTROLLER })
    await pass(100)
    expect(asked).toHaveLength(2)
    await pass(4_900)
    expect(asked).toHaveLength(2)
    await pass(200)
    expect(asked).toHaveLength(3)
    await pass(60_000)
    expect([answers, channel.pending]).toEqual([[undefined], 0])
  })
})
