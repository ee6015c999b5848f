/** A host for tests: drains by letting the real event loop turn once. */
import type { Host } from '../../../../src/sim/loop/host.ts'

export function immediateHost(): Host & { drains: number; breaths: number } {
  const host = {
    drains: 0,
    breaths: 0,
    drain(resume: () => void): boolean {
      host.drains++
      setImmediate(resume)
      return false
    },
    breathe(resume: () => void): void {
      host.breaths++
      setImmediate(resume)
    },
    shouldBreathe: (): boolean => true,
  }
  return host
}
