/**
 * A Kafka client: the parts list, and what people program against.
 *
 * Promises are made only here and in the façades of producer, consumer and administration; everything beneath is
 * callbacks. No promise is ever rejected: failures are values that say whether they are definite. Clock, timers, chance and
 * network are the world's, so the same client runs on real sockets and in a simulation.
 */

import type { World } from '../world/world.ts'
import {
  type CreateTopicsOptions,
  createTopics,
  describeTopics,
  type NewTopic,
  type TopicDescription,
  type TopicOutcome,
} from './admin.ts'
import { Consumer } from './consumer.ts'
import {
  type ClientOptions,
  type ClientSettings,
  type ConsumerOptions,
  clientSettings,
  type ProducerOptions,
} from './options.ts'
import type { Outcome } from './outcomes.ts'
import { Producer } from './producer.ts'
import { deleteRecords, type RecordsToDelete } from './record-deletion.ts'
import { openServices, type Services } from './services.ts'
import {
  type ChangeOutcome,
  deleteTopics,
  describeTopicConfigs,
  setTopicConfigs,
  type TopicConfigs,
} from './topic-changes.ts'

/** See the head of this file. */
export class Client {
  readonly #world: World
  readonly #settings: ClientSettings
  /** Of the administrative calls. */
  readonly #services: Services
  #parts: (Producer | Consumer)[] = []

  /** Connects to nothing yet. */
  constructor(world: World, options: ClientOptions) {
    this.#world = world
    this.#settings = clientSettings(options)
    this.#services = openServices(world, this.#settings)
  }

  /** A producer with connections of its own. */
  producer(options: ProducerOptions = {}): Producer {
    const producer = new Producer(openServices(this.#world, this.#settings), options)
    this.#keep(producer)
    return producer
  }

  /** A consumer with connections of its own. */
  consumer(options: ConsumerOptions = {}): Consumer {
    const consumer = new Consumer(openServices(this.#world, this.#settings), options)
    this.#keep(consumer)
    return consumer
  }

  /** Creates topics; the outcomes are in the order of the topics. That a topic was created, all brokers learn later. */
  createTopics(topics: readonly NewTopic[], options: CreateTopicsOptions = {}): Promise<TopicOutcome[]> {
    return createTopics(this.#services, topics, options)
  }

  /**
   * Topics as one broker knows them: all, or those named; fails if one of those is not known. Never creates a topic.
   */
  describeTopics(names?: readonly string[]): Promise<Outcome<TopicDescription[]>> {
    return describeTopics(this.#services, names)
  }

  /** Deletes topics; the outcomes are in the order of the names. That a topic is gone, all brokers learn later. */
  deleteTopics(names: readonly string[]): Promise<ChangeOutcome[]> {
    return deleteTopics(this.#services, names)
  }

  /** Sets configurations of a topic by Kafka's names, all or none of them; null goes back to the default. */
  setTopicConfigs(name: string, configs: Readonly<Record<string, string | null>>): Promise<ChangeOutcome> {
    return setTopicConfigs(this.#services, name, configs)
  }

  /** Configurations of topics as one broker knows them; fails if one of the topics is not known. */
  describeTopicConfigs(names: readonly string[]): Promise<Outcome<TopicConfigs[]>> {
    return describeTopicConfigs(this.#services, names)
  }

  /** Deletes the records of a partition below an offset; the value is where the partition begins then. */
  deleteRecords(records: RecordsToDelete): Promise<Outcome<number>> {
    return deleteRecords(this.#services, records)
  }

  /** Closes every producer and consumer, and all connections. What is under way fails as `CLOSED`. */
  close(): void {
    for (const part of this.#parts) part.close()
    this.#services.connections.close()
  }

  /** Those that were closed by themselves are forgotten. */
  #keep(part: Producer | Consumer): void {
    this.#parts = this.#parts.filter((each) => !each.isClosed)
    this.#parts.push(part)
  }
}
