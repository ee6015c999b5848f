/**
 * A benchmark of one metadata image by the number of its partitions, as plain values: it is what the JSON file holds and
 * what the page is drawn from. Times in ms, memory in bytes.
 */

import type { MachineCard } from '../cluster/cluster-benchmark.ts'
import type { Summary } from '../figures/statistics.ts'

/** What is swept over; every default is in `image-settings.ts`. */
export interface ImageSettings {
  /** Partitions in the image, ascending. */
  readonly sizes: readonly number[]
  readonly repeats: number
}

/** What is done with the partitions, in this order. */
export const imageSteps = ['create', 'snapshot', 'load', 'delete'] as const
export type ImageStep = (typeof imageSteps)[number]

/** A node, and how the partitions are spread over topics. */
export interface ImageSetup {
  readonly name: string
  readonly roles: 'controller' | 'broker,controller'
  /** Partitions of each topic; undefined for a single topic that has all. */
  readonly partitionsPerTopic: number | undefined
}

/** One step at one size. */
export interface StepFigures {
  readonly ms: Summary
  /** The longest that the event loop of the node was held at a stretch, by the wall. */
  readonly longestMs: Summary
  /** The same in processor time of its thread; undefined where the system does not tell. */
  readonly longestCpuMs: Summary | undefined
}

/** Live bytes for each partition. */
export interface MemoryFigures {
  /** Of one image. */
  readonly image: Summary
  /** By which the whole controller grew: image, its own state, what waits to be committed. */
  readonly node: Summary
}

/** One size in one setup. */
export interface ImageResult {
  readonly setup: string
  readonly partitions: number
  readonly steps: Readonly<Record<ImageStep, StepFigures>>
  /** Undefined for a node with a broker: what its logs come and go with would be counted. */
  readonly memory: MemoryFigures | undefined
  readonly snapshotBytesEach: Summary
}

/** How something grows with the number of partitions n, as n to the power of this; 1 is linear, more is worse. */
export interface Growth {
  readonly setup: string
  readonly what: ImageStep | 'memory'
  /** From the smallest to the largest size, run by run. */
  readonly exponent: Summary
}

/** See the head of this file. */
export interface ImageBenchmark {
  readonly version: 1
  readonly command: string
  /** Wall time in ms since the epoch. */
  readonly startedMs: number
  readonly tookMs: number
  readonly wasInterrupted: boolean
  readonly machine: MachineCard
  readonly settings: ImageSettings
  readonly setups: readonly ImageSetup[]
  readonly results: readonly ImageResult[]
  readonly growth: readonly Growth[]
  /** Runs that have no figure, and why. */
  readonly failures: readonly string[]
}
