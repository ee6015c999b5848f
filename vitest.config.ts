import { defineConfig } from 'vitest/config'

const project = (name: string, include: readonly string[], testTimeout = 30_000) => ({
  test: { name, include: [...include], testTimeout, hookTimeout: testTimeout },
})

export default defineConfig({
  test: {
    // Of two cores vitest would use one.
    maxWorkers: 2,
    projects: [
      project('unit', ['test/unit/**/*.test.ts', 'test/architecture.test.ts']),
      project('conformance', ['test/conformance/**/*.test.ts']),
      project('properties', ['test/properties/**/*.test.ts'], 120_000),
      project('chaos', ['test/chaos/**/*.test.ts'], 300_000),
      project('compatibility', ['test/compatibility/**/*.test.ts'], 120_000),
      project('twin', ['test/twin/**/*.test.ts'], 300_000),
      project('cli', ['test/cli/**/*.test.ts'], 180_000),
      project('package', ['test/package/**/*.test.ts'], 300_000),
      project('examples', ['test/examples/**/*.test.ts', 'examples/**/*.test.ts'], 120_000),
    ],
  },
})
