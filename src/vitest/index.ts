/**
 * `import 'samsa/vitest'`: matchers for clusters and for simulated runs, and their types. Import it in the test file, or
 * name it in vitest's `setupFiles`.
 */

import { expect } from 'vitest'
import { type SamsaMatchers, samsaMatchers } from './matchers.ts'

export type { ExpectedContent, ExpectedRecord } from './expected-record.ts'
export type { SamsaMatchers } from './matchers.ts'

declare module 'vitest' {
  interface Matchers<T> extends SamsaMatchers<T> {}
}

expect.extend(samsaMatchers)
