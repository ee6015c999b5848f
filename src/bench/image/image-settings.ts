/** What a benchmark of images does where nothing else is asked for, and the short form for tests. */

import type { ImageSettings, ImageSetup } from './image-benchmark.ts'

/** About four minutes. */
export const usualImageSettings: ImageSettings = { sizes: [1_000, 3_000, 10_000], repeats: 5 }

/** A few seconds: shows that everything works; its figures say little. */
export const quickImageSettings: ImageSettings = { sizes: [100, 300], repeats: 1 }

/** The first is what the finding is about. */
export const imageSetups: readonly ImageSetup[] = [
  { name: 'topics of 10', roles: 'controller', partitionsPerTopic: 10 },
  { name: 'one topic', roles: 'controller', partitionsPerTopic: undefined },
  { name: 'topics of 10, broker in the same process', roles: 'broker,controller', partitionsPerTopic: 10 },
]
