import { beforeEach, describe, expect, it } from 'vitest'
import {
  alterConfigs,
  type ConfigChange,
  type ConfigOutcome,
  incrementalAlterConfigs,
} from '../../../../src/broker/controller/configs.ts'
import { errorName } from '../../../../src/protocol/errors.ts'
import { ControllerFixture, newTopic } from './controller-fixture.ts'

let cluster: ControllerFixture
const [TOPIC, BROKER] = [2, 4]
const [SET, DELETE, APPEND, SUBTRACT] = [0, 1, 2, 3]

beforeEach(async () => {
  cluster = await ControllerFixture.start()
  await cluster.join(2)
  await cluster.create(newTopic('t', { configs: [{ name: 'retention.ms', value: '1000' }] }))
  cluster.takeCommitted()
})

const change = (name: string, operation: number, value: string | null = null): ConfigChange => ({
  ...{ name, operation, value },
})
const resource = (resourceType: number, resourceName: string, ...changes: readonly ConfigChange[]) => ({
  ...{ resourceType, resourceName, changes },
})
const errorsOf = (outcomes: readonly ConfigOutcome[]) => outcomes.map(({ errorCode }) => errorName(errorCode))

async function alter(resources: readonly ReturnType<typeof resource>[], validateOnly = false): Promise<string[]> {
  return errorsOf(
    await cluster.ask<readonly ConfigOutcome[]>((done) =>
      incrementalAlterConfigs(cluster.controller, resources, validateOnly, done),
    ),
  )
}

async function replace(resourceType: number, resourceName: string, configs: Readonly<Record<string, string | null>>) {
  const named = Object.entries(configs).map(([name, value]) => ({ name, value }))
  return errorsOf(
    await cluster.ask<readonly ConfigOutcome[]>((done) =>
      alterConfigs(cluster.controller, [{ resourceType, resourceName, configs: named }], false, done),
    ),
  )
}

const configs = (type: number, name: string) => Object.fromEntries(cluster.controller.state.configs(type, name))

describe('settings of a topic', () => {
  it('are set and deleted one by one, in one batch', async () => {
    const changes = [change('segment.bytes', SET, '2097152'), change('retention.ms', DELETE)]
    expect(await alter([resource(TOPIC, 't', ...changes)])).toEqual(['NONE'])
    expect(configs(TOPIC, 't')).toEqual({ 'segment.bytes': '2097152' })
    expect(cluster.takeCommitted()).toMatchObject([
      { type: 'ConfigRecord', resourceType: 2, resourceName: 't', name: 'segment.bytes', value: '2097152' },
      { type: 'ConfigRecord', name: 'retention.ms', value: null },
    ])
  })

  it('are not written again where they have that value', async () => {
    expect(await alter([resource(TOPIC, 't', change('retention.ms', SET, '1000'))])).toEqual(['NONE'])
    expect(cluster.takeCommitted()).toEqual([])
  })

  it('that are only validated stay as they are', async () => {
    expect(await alter([resource(TOPIC, 't', change('retention.ms', DELETE))], true)).toEqual(['NONE'])
    expect(configs(TOPIC, 't')).toEqual({ 'retention.ms': '1000' })
  })

  it('take values of a list and give them back, beginning with the default', async () => {
    expect(await alter([resource(TOPIC, 't', change('cleanup.policy', APPEND, 'delete'))])).toEqual(['NONE'])
    expect(configs(TOPIC, 't')['cleanup.policy']).toBe('delete')
    expect(await alter([resource(TOPIC, 't', change('cleanup.policy', SUBTRACT, 'compact'))])).toEqual(['NONE'])
    expect(configs(TOPIC, 't')['cleanup.policy']).toBe('delete')
    expect(await alter([resource(TOPIC, 't', change('cleanup.policy', APPEND, ','))])).toEqual(['NONE'])
    expect(configs(TOPIC, 't')['cleanup.policy']).toBe('delete')
    expect(await alter([resource(TOPIC, 't', change('cleanup.policy', APPEND, ',delete'))])).toEqual(['INVALID_CONFIG'])
    expect(await alter([resource(TOPIC, 't', change('cleanup.policy', SUBTRACT, 'delete'))])).toEqual(['NONE'])
    expect(configs(TOPIC, 't')['cleanup.policy']).toBe('')
  })

  it('are replaced as a whole by the old way', async () => {
    expect(await replace(TOPIC, 't', { 'segment.bytes': '4194304' })).toEqual(['NONE'])
    expect(configs(TOPIC, 't')).toEqual({ 'segment.bytes': '4194304' })
    expect(await replace(TOPIC, 't', {})).toEqual(['NONE'])
    expect(configs(TOPIC, 't')).toEqual({})
  })
})

describe('settings of brokers', () => {
  it('are of one, or of all', async () => {
    const changes = change('log.retention.ms', SET, '500')
    expect(await alter([resource(BROKER, '2', changes), resource(BROKER, '', changes)])).toEqual(['NONE', 'NONE'])
    expect([configs(BROKER, '2'), configs(BROKER, '')]).toEqual([
      { 'log.retention.ms': '500' },
      { 'log.retention.ms': '500' },
    ])
  })

  it('are told again though they did not change', async () => {
    const changes = resource(BROKER, '2', change('log.retention.ms', SET, '500'))
    await alter([changes])
    await alter([changes])
    expect(cluster.takeCommitted().length).toBe(2)
  })
})

describe('changing settings is refused', () => {
  it.each<[string, string, ReturnType<typeof resource>]>([
    ['of no topic', 'UNKNOWN_TOPIC_OR_PARTITION', resource(TOPIC, 'x', change('retention.ms', SET, '1'))],
    ['of a topic without a name', 'INVALID_REQUEST', resource(TOPIC, '', change('retention.ms', SET, '1'))],
    ['of what is no name of a topic', 'INVALID_TOPIC_EXCEPTION', resource(TOPIC, 'a b')],
    ['of a broker that is not registered', 'BROKER_ID_NOT_REGISTERED', resource(BROKER, '9')],
    ['of what is no broker', 'INVALID_REQUEST', resource(BROKER, 'two')],
    ['of a broker with a negative id', 'INVALID_REQUEST', resource(BROKER, '-1')],
    ['of a kind that is not served', 'INVALID_REQUEST', resource(8, '2')],
    ['of an unknown kind', 'INVALID_REQUEST', resource(3, '2')],
    ['that is not known', 'INVALID_CONFIG', resource(TOPIC, 't', change('x', SET, '1'))],
    ['to a value that is none', 'INVALID_CONFIG', resource(TOPIC, 't', change('retention.ms', SET, 'x'))],
    ['to segments that are too small', 'INVALID_CONFIG', resource(TOPIC, 't', change('segment.bytes', SET, '1048575'))],
    ['to null', 'INVALID_REQUEST', resource(TOPIC, 't', change('retention.ms', SET))],
    ['by appending to what is no list', 'INVALID_CONFIG', resource(TOPIC, 't', change('retention.ms', APPEND, '1'))],
    ['by an unknown operation', 'INVALID_REQUEST', resource(TOPIC, 't', change('retention.ms', 4, '1'))],
    [
      ...(['of one setting in two ways', 'INVALID_REQUEST'] as const),
      resource(TOPIC, 't', change('retention.ms', SET, '1'), change('retention.ms', DELETE)),
    ],
    ['of a broker while it runs', 'INVALID_REQUEST', resource(BROKER, '2', change('node.id', SET, '3'))],
    [
      ...(['of a broker to segments that are too small', 'INVALID_REQUEST'] as const),
      resource(BROKER, '2', change('log.segment.bytes', SET, '1048575')),
    ],
    ['of a broker that is not known', 'INVALID_CONFIG', resource(BROKER, '2', change('x', SET, '3'))],
  ])('%s: %s', async (_what, error, asked) => {
    const before = configs(TOPIC, 't')
    const good = resource(BROKER, '', change('log.retention.ms', SET, '500'))
    expect(await alter([asked, good])).toEqual([error, 'NONE'])
    expect(cluster.takeCommitted().length).toBe(1)
    expect(configs(TOPIC, 't')).toEqual(before)
  })

  it('of a resource named twice', async () => {
    const twice = [resource(TOPIC, 't', change('segment.bytes', SET, '2048')), resource(TOPIC, 't')]
    expect(await alter(twice)).toEqual(['INVALID_REQUEST', 'INVALID_REQUEST'])
    expect(cluster.takeCommitted()).toEqual([])
  })

  it('where one setting of several is bad, for all of that resource', async () => {
    const changes = [change('segment.bytes', SET, '2048'), change('retention.ms', SET, '-2')]
    expect(await alter([resource(TOPIC, 't', ...changes)])).toEqual(['INVALID_CONFIG'])
    expect(configs(TOPIC, 't')).toEqual({ 'retention.ms': '1000' })
  })

  it('with null, the old way', async () => {
    expect(await replace(TOPIC, 't', { 'segment.bytes': null })).toEqual(['INVALID_REQUEST'])
  })

  it('where the disk is full', async () => {
    cluster.machine.node.disk.capacityBytes = 0
    expect(await alter([resource(TOPIC, 't', change('retention.ms', DELETE))])).toEqual(['KAFKA_STORAGE_ERROR'])
    expect(configs(TOPIC, 't')).toEqual({ 'retention.ms': '1000' })
  })
})
