/** The partitions of which this broker has made the log, by topic and index. Not here: when one comes or goes. */

import type { Partition } from './partition.ts'

export class PartitionTable {
  readonly #byTopic = new Map<string, Map<number, Partition>>()

  get(topic: string, index: number): Partition | undefined {
    return this.#byTopic.get(topic)?.get(index)
  }

  /** Those of a topic as they are now; the table may change while the list is gone through. */
  of(topic: string): readonly Partition[] {
    return [...(this.#byTopic.get(topic)?.values() ?? [])]
  }

  /** Names of the topics of which there is one at least. */
  topics(): IterableIterator<string> {
    return this.#byTopic.keys()
  }

  *all(): IterableIterator<Partition> {
    for (const partitions of this.#byTopic.values()) yield* partitions.values()
  }

  add(partition: Partition): void {
    const { topic, index } = partition
    const siblings = this.#byTopic.get(topic)
    if (siblings === undefined) this.#byTopic.set(topic, new Map([[index, partition]]))
    else siblings.set(index, partition)
  }

  remove({ topic, index }: Partition): void {
    const siblings = this.#byTopic.get(topic)
    siblings?.delete(index)
    if (siblings?.size === 0) this.#byTopic.delete(topic)
  }
}
