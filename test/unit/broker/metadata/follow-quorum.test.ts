import { describe, expect, it } from 'vitest'
import { followQuorum } from '../../../../src/broker/metadata/follow-quorum.ts'
import { MetadataImage } from '../../../../src/broker/metadata/image.ts'
import { MetadataError } from '../../../../src/broker/metadata/metadata-error.ts'
import { type MetadataRules, metadataRules } from '../../../../src/broker/metadata/rules.ts'
import { Observer } from '../../../../src/broker/observe/observer.ts'
import { ScriptedQuorum } from '../controller/scripted-quorum.ts'
import { SimulatedMachine } from '../simulated-machine.ts'
import { decoded, partitionRecord, topicIdOf, topicRecord } from './records.ts'

function following(rules: MetadataRules = metadataRules) {
  const machine = new SimulatedMachine()
  const { world } = machine
  const lines: string[] = []
  const observer = new Observer(world.trace, (level, message) => lines.push(`${level}: ${message}`))
  const [image, quorum] = [new MetadataImage(), new ScriptedQuorum()]
  followQuorum(image, quorum, { world, observer, rules })
  quorum.elect()
  const commit = (...records: Parameters<ScriptedQuorum['replicate']>[0]): void => {
    quorum.replicate(records)
    quorum.commit()
  }
  return { machine, image, lines, commit }
}

describe('an image that follows a quorum', () => {
  it('tells of each step with its offset and hash', () => {
    const { machine, image, commit } = following()
    commit(topicRecord('orders', topicIdOf(1)), partitionRecord(topicIdOf(1), 0))
    const { endOffset, hash } = image
    expect(image.topic('orders')).toBeDefined()
    expect(machine.events.at(-1)).toEqual({ type: 'ImageApplied', endOffset, hash })
  })

  it('ends the life of a node that is given a record which contradicts the log', () => {
    const { machine, lines, commit } = following()
    commit(partitionRecord(topicIdOf(1), 0))
    expect(machine.halts).toEqual([expect.any(MetadataError)])
    expect(lines).toEqual([expect.stringMatching(/^error: the metadata records .* cannot be applied: /)])
  })

  it('ends the life of a node before anything of a batch is applied that finalizes an unsupported feature level', () => {
    const { machine, image, lines, commit } = following()
    const level = { type: 'FeatureLevelRecord' as const, version: 0, name: 'metadata.version', featureLevel: 26 }
    commit(topicRecord('orders', topicIdOf(1)), decoded(level))
    expect(machine.halts).toEqual([expect.any(MetadataError)])
    expect(lines[0]).toMatch(/metadata\.version is set to level 26, and levels 25 to 25 are supported/)
    expect([image.endOffset, image.topic('orders')]).toEqual([0, undefined])
  })

  it('goes on with half a state where the rule is broken', () => {
    const { machine, image, commit } = following({ afterFailedApply: 'go-on' })
    commit(topicRecord('orders', topicIdOf(1)), partitionRecord(topicIdOf(2), 0))
    commit(topicRecord('bills', topicIdOf(3)), partitionRecord(topicIdOf(3), 0))
    expect(machine.halts).toEqual([])
    expect([...image.topics()].map(({ name }) => name)).toEqual(['orders', 'bills'])
  })
})
