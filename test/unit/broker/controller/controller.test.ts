import { beforeEach, describe, expect, it } from 'vitest'
import { BrokerSettings } from '../../../../src/broker/config/broker-settings.ts'
import { Controller } from '../../../../src/broker/controller/controller.ts'
import { deadlineIn, lookInTime } from '../../../../src/broker/controller/deadline.ts'
import { Refusal } from '../../../../src/broker/controller/refusal.ts'
import { controllerRules } from '../../../../src/broker/controller/rules.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import type { MetadataRecord } from '../../../../src/protocol/metadata-records/table.ts'
import { silentTrace } from '../../../../src/world/trace.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { uuidOf } from './controller-fixture.ts'
import { ScriptedQuorum } from './scripted-quorum.ts'

let machine: SimulatedMachine
let quorum: ScriptedQuorum
let controller: Controller
let answers: string[]

function newController(rules = controllerRules, failAt = -1): Controller {
  const made = new Controller({
    ...{ world: machine.world, observer: new Observer(silentTrace), settings: new BrokerSettings(), rules, quorum },
    clusterId: 'cluster',
    beforeApply: (_type, offset) => {
      if (offset === failAt) throw new Error('injected')
    },
  })
  quorum.listen(made)
  return made
}

beforeEach(() => {
  machine = new SimulatedMachine()
  quorum = new ScriptedQuorum()
  controller = newController()
  answers = []
})

const topic = (name: string, number: number): MetadataRecord => ({
  ...{ type: 'TopicRecord', version: 0, name, topicId: uuidOf(number) },
})
const decide = (...records: readonly MetadataRecord[]): void =>
  controller.decide(records, (refusal) => answers.push(errorName(refusal?.errorCode ?? 0)))
const topics = (): string[] => [...controller.state.topics()].map(({ name }) => name)

describe('a decision', () => {
  it('is seen by the next one at once, and answered when it is committed', () => {
    quorum.elect()
    decide(topic('a', 1))
    expect(topics()).toEqual(['a'])
    expect(answers).toEqual([])
    quorum.commit()
    expect(answers).toEqual(['NONE'])
    expect(controller.waiting).toBe(0)
  })

  it('without records is answered when everything decided before is committed', () => {
    quorum.elect()
    decide(topic('a', 1))
    decide()
    expect(answers).toEqual([])
    quorum.commit()
    decide()
    expect(answers).toEqual(['NONE', 'NONE', 'NONE'])
  })

  it('is refused by a controller that is not active', () => {
    decide(topic('a', 1))
    decide()
    expect(answers).toEqual(['NOT_CONTROLLER', 'NOT_CONTROLLER'])
    expect(topics()).toEqual([])
  })

  it('is refused where the quorum knows already that this node leads no longer', () => {
    quorum.elect()
    quorum.leader = { leaderId: 2, epoch: 9 }
    decide(topic('a', 1))
    expect(answers).toEqual(['NOT_CONTROLLER'])
    expect(topics()).toEqual([])
  })

  it('is applied once, though it is delivered again when it is committed', () => {
    quorum.elect()
    decide({ type: 'ProducerIdsRecord', version: 0, brokerId: 1, brokerEpoch: 1, nextProducerId: 1000 })
    quorum.commit()
    expect(controller.state.nextProducerId).toBe(1000)
    expect(machine.halts).toEqual([])
  })
})

describe('a controller that resigns', () => {
  it('takes back what is not committed, and tells who waits', () => {
    quorum.elect()
    decide(topic('a', 1))
    quorum.commit()
    decide(topic('b', 2))
    decide({ type: 'RemoveTopicRecord', version: 0, topicId: uuidOf(1) })
    expect(topics()).toEqual(['b'])
    quorum.depose(0)
    expect(answers).toEqual(['NONE', 'NOT_CONTROLLER', 'NOT_CONTROLLER'])
    expect(topics()).toEqual(['a'])
    expect([controller.isActive, controller.epoch, controller.waiting]).toEqual([false, -1, 0])
  })

  it('applies what was committed after all', () => {
    quorum.elect()
    decide(topic('a', 1))
    decide(topic('b', 2))
    quorum.depose(1)
    quorum.replicate([topic('c', 3)])
    expect(topics()).toEqual([])
    quorum.commit()
    expect(topics()).toEqual(['a', 'c'])
  })

  it('decides on when it is elected again', () => {
    quorum.elect()
    decide(topic('a', 1))
    quorum.depose(0)
    quorum.elect()
    decide(topic('a', 2))
    quorum.commit()
    expect(answers).toEqual(['NOT_CONTROLLER', 'NONE'])
    expect(controller.state.topicNamed('a')!.id).toBe(uuidOf(2))
  })

  it('fences nobody any more', async () => {
    quorum.replicate([registration(2)])
    quorum.elect()
    quorum.depose(0)
    await machine.runAll()
    expect(controller.state.broker(2)!.fenced).toBe(false)
    expect(quorum.endOffset).toBe(1)
  })
})

const registration = (brokerId: number): MetadataRecord => ({
  ...{ type: 'RegisterBrokerRecord', version: 3, brokerId, brokerEpoch: 0, incarnationId: uuidOf(brokerId) },
  ...{ endPoints: [], features: [], rack: null, logDirs: [], fenced: false, inControlledShutdown: false },
  isMigratingZkBroker: false,
})

it('a new active controller gives every unfenced broker a full session', async () => {
  quorum.replicate([registration(2)])
  quorum.commit()
  const { clock } = machine.world
  let fencedAt = -1
  clock.setTimer(5_000_000, () => quorum.elect())
  const look = (): void => {
    if (controller.state.broker(2)!.fenced) fencedAt = clock.monotonicUs()
    else clock.setTimer(100_000, look)
  }
  look()
  const start = clock.monotonicUs()
  await machine.runAll()
  expect(fencedAt - start).toBeGreaterThan(13_900_000)
  expect(fencedAt - start).toBeLessThan(14_200_000)
})

describe('a decision of very many records', () => {
  const many = (count: number): MetadataRecord[] => Array.from({ length: count }, (_, n) => topic(`t${n}`, n))
  const perform = (name: string): void =>
    controller.perform(() => {
      answers.push(`sees ${topics().length}`)
      decide(topic(name, 9999))
    })

  it('is a transaction of several batches, and nothing else is decided within', async () => {
    quorum.elect()
    decide(...many(1200))
    perform('other')
    expect(answers).toEqual([])
    await machine.runAll()
    expect(answers).toEqual(['sees 1200'])
    quorum.commit()
    expect(answers).toEqual(['sees 1200', 'NONE', 'NONE'])
    expect(quorum.committed.map(({ records }) => [records.length, records[0]!.type, records.at(-1)!.type])).toEqual([
      [501, 'BeginTransactionRecord', 'TopicRecord'],
      [500, 'TopicRecord', 'TopicRecord'],
      [201, 'TopicRecord', 'EndTransactionRecord'],
      [1, 'TopicRecord', 'TopicRecord'],
    ])
  })

  it('leaves nothing where this node stops leading before it is written', async () => {
    quorum.elect()
    decide(...many(1200))
    perform('other')
    quorum.depose(1)
    await machine.runAll()
    expect(answers).toEqual(['NOT_CONTROLLER', 'sees 0', 'NOT_CONTROLLER'])
    quorum.elect()
    expect(topics()).toEqual([])
    decide(topic('other', 9999))
    quorum.commit()
    expect(topics()).toEqual(['other'])
  })

  it('is aborted where the disk is full before it is written, once it can be', async () => {
    quorum.elect()
    decide(...many(1200))
    perform('other')
    quorum.isFull = true
    machine.world.clock.setTimer(3_500_000, () => {
      quorum.isFull = false
    })
    await machine.runAll()
    expect(answers).toEqual(['KAFKA_STORAGE_ERROR', 'sees 0'])
    quorum.commit()
    expect(topics()).toEqual(['other'])
    expect(machine.world.clock.monotonicUs()).toBeGreaterThan(3_500_000)
  })

  it('is not begun where the disk is full', () => {
    quorum.elect()
    quorum.isFull = true
    decide(...many(1200))
    perform('other')
    expect(answers).toEqual(['KAFKA_STORAGE_ERROR', 'sees 0', 'KAFKA_STORAGE_ERROR'])
    expect(quorum.endOffset).toBe(0)
  })
})

describe('a record that cannot be applied', () => {
  const strange: [string, MetadataRecord][] = [
    ['a topic that is not there', { type: 'RemoveTopicRecord', version: 0, topicId: uuidOf(9) }],
    [
      'a level that is not served',
      { type: 'FeatureLevelRecord', version: 0, name: 'metadata.version', featureLevel: 26 },
    ],
    [
      'a feature that is not served',
      { type: 'FeatureLevelRecord', version: 0, name: 'group.version', featureLevel: 1 },
    ],
    ['a kind that is not served', { type: 'RemoveDelegationTokenRecord', version: 0, tokenId: 'x' }],
    ['a broker that is not there', { type: 'UnregisterBrokerRecord', version: 0, brokerId: 9, brokerEpoch: 1 }],
    ['an end without a beginning', { type: 'EndTransactionRecord', version: 0 }],
  ]

  it.each(strange)('(%s) stops a node that follows', (_what, record) => {
    quorum.replicate([record])
    quorum.commit()
    expect(machine.halts).toMatchObject([{ message: expect.stringContaining('could not be applied') }])
  })

  it('stops a node that leads, which answers nothing any more', () => {
    controller = newController(controllerRules, 1)
    quorum.elect()
    decide(topic('a', 1))
    decide(topic('b', 2))
    quorum.commit()
    expect(machine.halts.length).toBe(1)
    expect(answers).toEqual([])
  })

  it('is what a node gets over that has KAFKA-14275, and then it lacks a topic', () => {
    controller = newController({ ...controllerRules, afterFailedApply: () => 'go-on' }, 0)
    quorum.replicate([topic('a', 1), topic('b', 2)])
    quorum.commit()
    expect(machine.halts).toEqual([])
    expect(topics()).toEqual(['b'])
  })
})

it('a transaction that a dead leader left open is aborted by the next', () => {
  quorum.replicate([topic('a', 1)])
  quorum.replicate([{ type: 'BeginTransactionRecord', version: 0, name: null }, topic('b', 2)])
  quorum.commit()
  expect(topics()).toEqual(['a', 'b'])
  quorum.elect()
  expect(topics()).toEqual(['a'])
  quorum.depose(0)
  expect(topics()).toEqual(['a', 'b'])
  quorum.elect()
  quorum.commit()
  expect(topics()).toEqual(['a'])
  expect(quorum.committed.at(-1)!.records).toMatchObject([{ type: 'AbortTransactionRecord' }])
})

describe('a look at the state that takes long', () => {
  const steps = 2500

  /** Looks for so many steps, then creates a topic of the name. */
  function lookAndCreate(name: string): void {
    const look = function* (): Generator<void, number> {
      for (let step = 0; step < steps; step++) yield
      return topics().length
    }
    controller.performInSlices(look, (found) => {
      if (found === undefined) answers.push(`${name}: not active`)
      else decide(topic(`${name}-after-${found}`, answers.length + found + 1))
    })
  }

  it('leaves room for other events, and holds other decisions back until it has led to its own', async () => {
    quorum.elect()
    lookAndCreate('a')
    controller.perform(() => decide(topic('b', 9)))
    lookAndCreate('c')
    let others = 0
    machine.world.clock.setTimer(0, () => others++)
    expect(topics()).toEqual([])
    await machine.runEvents(1)
    expect([others, topics()]).toEqual([0, []])
    await machine.runEvents(1)
    expect([others, topics()]).toEqual([1, []])
    await machine.runEvents(10)
    expect(topics()).toEqual(['a-after-0', 'b', 'c-after-2'])
    quorum.commit()
    expect(answers).toEqual(['NONE', 'NONE', 'NONE'])
  })

  it('comes to nothing where the term ends on the way', async () => {
    quorum.elect()
    lookAndCreate('a')
    quorum.depose(0)
    expect(answers).toEqual(['a: not active'])
    quorum.elect()
    lookAndCreate('b')
    await machine.runEvents(10)
    expect(topics()).toEqual(['b-after-0'])
    expect(answers).toEqual(['a: not active'])
  })

  it('is not begun by a controller that is not active', () => {
    lookAndCreate('a')
    expect(answers).toEqual(['a: not active'])
  })

  it('is not begun where its deadline has passed when its turn comes', async () => {
    quorum.elect()
    const outcomes: unknown[] = []
    const look = function* (): Generator<void, string> {
      yield
      return 'looked'
    }
    const begin = (timeoutMs: number): void => {
      const deadline = deadlineIn(controller, timeoutMs)
      controller.performInSlices(
        () => lookInTime(controller, deadline, look),
        (found) => outcomes.push(found instanceof Refusal ? errorName(found.errorCode) : found),
      )
    }
    lookAndCreate('a')
    begin(0)
    begin(60_000)
    expect(outcomes).toEqual([])
    await machine.runEvents(10)
    expect(outcomes).toEqual(['REQUEST_TIMED_OUT', 'looked'])
  })
})
