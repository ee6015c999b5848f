import { spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import { layerPicture, layerTables } from './architecture/layer-picture.ts'
import { filesIn, foldersIn, isThere, pathOf, read } from './architecture/source-tree.ts'
import {
  hasHeader,
  hasTellingName,
  isShortEnough,
  keepsNoModuleState,
  locksOptionalPackages,
  namesNoRegistry,
  namesVersions,
  runsEveryTest,
  tidyRules,
  usesNoForeignGlobals,
} from './architecture/tidy-rules.ts'

describe('the import rules', () => {
  test('hold in every source file and test', () => {
    const { violations, modules } = cruise('.', ['src', 'test'])
    expect(violations).toEqual([])
    // A run that found nothing because it looked at nothing is a failure too.
    expect(modules).toBeGreaterThan(filesIn('src', '.ts').length)
  })

  test('report each planted violation and nothing else', () => {
    const { violations } = cruise('test/architecture/planted', ['src'])
    expect(violations).toEqual([
      'broker-controller-looks-down-only: src/broker/controller/sees-its-neighbour.ts',
      'broker-has-a-place-for-it: src/broker/pantry/unknown-room.ts',
      'broker-has-a-place-for-what-is-imported: src/broker/log/imports-an-unknown-room.ts',
      'broker-log-looks-down-only: src/broker/log/looks-up.ts',
      'no-circular: src/sim/goes-round-again.ts',
      'no-node-in-the-core: src/broker/log/reads-a-file.ts',
      'no-orphans: src/sim/nobody-uses-it.ts',
      'no-packages-in-the-core: src/broker/log/uses-a-package.ts',
      'resolvable: src/sim/leads-nowhere.ts',
      'src-has-a-place-for-it: src/cellar/unknown-module.ts',
      'src-has-a-place-for-what-is-imported: src/client/imports-the-unknown.ts',
      'src-protocol-looks-down-only: src/protocol/sees-its-neighbour.ts',
      'src-world-looks-down-only: src/world/looks-up.ts',
    ])
  })

  test('are the ones that docs/architecture.md shows', async () => {
    const { layers, brokerLayers } = await layerTables()
    const { text } = read('docs/architecture.md')
    expect(text).toContain(layerPicture(layers))
    expect(text).toContain(layerPicture(brokerLayers))
  })
})

describe('the tidy rules', () => {
  const paths = [...filesIn('src', '.ts'), ...filesIn('test', '.ts'), 'package-lock.json', 'vitest.config.ts']

  test('hold in every file', () => {
    const problems = paths.map(read).flatMap((file) => {
      return tidyRules.flatMap((rule) => rule(file).map((problem) => `${file.path}: ${problem}`))
    })
    expect(problems).toEqual([])
  })

  test('want a header in every source file', () => {
    expect(hasHeader({ path: 'src/broker/a.ts', text: '/** A thing. */\nexport const a = 1\n' })).toEqual([])
    expect(hasHeader({ path: 'src/broker/a.ts', text: 'export const a = 1\n/** Too late. */\n' })).toHaveLength(1)
    expect(hasHeader({ path: 'test/unit/a.test.ts', text: 'test()\n' })).toEqual([])
  })

  test('want the versions of an API in the header of its handler and of its schema', () => {
    const silent = '/** Produce. */\n// versions 3 to 13\n'
    expect(namesVersions({ path: 'src/broker/handlers/00-produce.ts', text: silent })).toHaveLength(1)
    expect(namesVersions({ path: 'src/protocol/messages/00-produce.ts', text: silent })).toHaveLength(1)
    expect(namesVersions({ path: 'src/broker/handlers/00-produce.ts', text: '/** Versions 3 to 13. */' })).toEqual([])
    expect(namesVersions({ path: 'src/broker/handlers/table.ts', text: silent })).toEqual([])
  })

  test('refuse names that say nothing, and say what to do instead', () => {
    const [problem] = hasTellingName({ path: 'src/broker/log/file-utils.ts', text: '' })
    expect(problem).toContain('name the file for the one thing it exports')
    expect(hasTellingName({ path: 'src/common/log.ts', text: '' })).toHaveLength(1)
    expect(hasTellingName({ path: 'src/broker/log/log-manager.ts', text: '' })).toHaveLength(1)
    expect(hasTellingName({ path: 'src/broker/commonplace.ts', text: '' })).toEqual([])
  })

  test('refuse files beyond 300 lines, tests beyond 500, and let tables be long', () => {
    const lines = (count: number): string => 'a\n'.repeat(count)
    expect(isShortEnough({ path: 'src/broker/a.ts', text: lines(300) })).toEqual([])
    expect(isShortEnough({ path: 'src/broker/a.ts', text: lines(301) })).toHaveLength(1)
    expect(isShortEnough({ path: 'test/unit/a.test.ts', text: lines(500) })).toEqual([])
    expect(isShortEnough({ path: 'test/unit/a.test.ts', text: lines(501) })).toHaveLength(1)
    expect(isShortEnough({ path: 'src/protocol/messages/01-fetch.ts', text: lines(900) })).toEqual([])
  })

  test.each([
    ['const now = Date.now()', "take the time from the world's clock"],
    ['const chance = Math.random()', "draw from the world's random"],
    ['setTimeout(() => 1, 5)', "set a timer of the world's clock"],
    ['const home = process.env.HOME', 'let the outer modules hand over what is needed'],
    ['const bytes = Buffer.alloc(4)', 'use Uint8Array and DataView'],
    ['console.log(1)', 'emit a trace event, or tell the observer'],
    ['const services = { console }', 'emit a trace event, or tell the observer'],
    ['const at = new Date(0)', "take the time from the world's clock"],
  ])('refuse a global of the surroundings in a core module: %s', (text, instead) => {
    const [problem, ...rest] = usesNoForeignGlobals({ path: 'src/broker/a.ts', text })
    expect(problem).toContain('line 1')
    expect(problem).toContain(instead)
    expect(rest).toEqual([])
    expect(usesNoForeignGlobals({ path: 'src/cli/a.ts', text })).toEqual([])
  })

  test.each([
    '// Date.now() and console.log() in a comment',
    "const text = 'process.exit(1) and setTimeout'",
    'const record = { Date: 1, process: 2 }',
    'const year = record.Date + record.process',
    'function invoke(process: number) { return process + 1 }',
    'type Clock = { Date: Date }',
  ])('let a word be that is not the global: %s', (text) => {
    expect(usesNoForeignGlobals({ path: 'src/workloads/a.ts', text })).toEqual([])
  })

  test('refuse state that all brokers of a process would share', () => {
    const problemsOf = (text: string) => keepsNoModuleState({ path: 'src/broker/a.ts', text })
    expect(problemsOf('let count = 0')).toHaveLength(1)
    expect(problemsOf('const seen = new Map<string, number>()')).toHaveLength(1)
    expect(problemsOf('const queue: number[] = []')).toHaveLength(1)
    expect(problemsOf('const names = new Set(["a"])\nfunction f() { let count = 0; return count }')).toEqual([])
  })

  test('refuse tests that leave all others out', () => {
    const alone = (name: string) => runsEveryTest({ path: 'test/unit/a.test.ts', text: `${name}('alone', () => 1)` })
    expect(alone('test.only')).toHaveLength(1)
    expect(alone('describe.only')).toHaveLength(1)
    expect(alone('test.only.each([1])')).toHaveLength(1)
    expect(alone('anomalies.only')).toEqual([])
    expect(alone('test')).toEqual([])
  })

  test('refuse a lock file that names a registry', () => {
    const lock = (entry: string) => namesNoRegistry({ path: 'package-lock.json', text: `{${entry}}` })
    expect(lock('"resolved": "https://registry.example.org/a/-/a-1.0.0.tgz"')).toHaveLength(1)
    expect(lock('"version": "1.0.0"')).toEqual([])
  })

  test('refuse a lock file that npm ci would refuse', () => {
    const lock = (packages: object) =>
      locksOptionalPackages({ path: 'package-lock.json', text: JSON.stringify({ packages }) })
    const tool = { optionalDependencies: { 'tool-darwin': '1.0.0' } }
    const [problem] = lock({ 'node_modules/tool': tool })
    expect(problem).toContain('tool-darwin 1.0.0')
    expect(lock({ 'node_modules/tool': tool, 'node_modules/tool-darwin': { version: '1.0.0' } })).toEqual([])
  })
})

describe('what a reader finds', () => {
  test('every module, and every room of the broker and the simulator, says in a README what it is', () => {
    const rooms = ['src', 'src/broker', 'src/sim'].flatMap(foldersIn)
    expect(rooms.filter((room) => !isThere(`${room}/README.md`))).toEqual([])
  })

  test('every link in the documents leads to a file', () => {
    const documents = [
      'README.md',
      'CONTRIBUTING.md',
      'CHANGELOG.md',
      ...filesIn('docs', '.md'),
      ...filesIn('src', '.md'),
    ]
    const broken = documents.flatMap((path) => {
      const links = [...read(path).text.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!)
      return links.filter((link) => !isThere(`${dirname(path)}/${link}`)).map((link) => `${path} → ${link}`)
    })
    expect(broken).toEqual([])
  })

  test('every mutant that a document names can be put back', () => {
    const { text } = read('src/sim/mutants/table.ts')
    const named = ['README.md', ...filesIn('docs', '.md')].flatMap((path) => {
      return [...read(path).text.matchAll(/\b((?:kafka|kip|redpanda)-\d+-[a-z-]+[a-z])\b(?!\.)/g)].map(
        (match) => match[1]!,
      )
    })
    expect(named.length).toBeGreaterThan(0)
    expect(named.filter((name) => !text.includes(`./${name}.ts`))).toEqual([])
  })

  test('every file that the architecture document names is there', () => {
    const named = [...read('docs/architecture.md').text.matchAll(/`((?:src|test|bin|docs)\/[\w./-]+)`/g)]
    expect(named.length).toBeGreaterThan(20)
    expect(named.map((match) => match[1]!).filter((path) => !isThere(path))).toEqual([])
  })
})

interface CruiseOutput {
  readonly summary: {
    readonly totalCruised: number
    readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[]
  }
}

/** Runs the import rules as `npm run check` does: violations as `rule: file`, sorted. */
function cruise(folder: string, paths: readonly string[]) {
  const bin = pathOf('node_modules/dependency-cruiser/bin/dependency-cruise.mjs')
  const rules = pathOf('.dependency-cruiser.mjs')
  const run = spawnSync(process.execPath, [bin, '--config', rules, '--output-type', 'json', ...paths], {
    cwd: pathOf(folder),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  })
  expect(run.stderr).toBe('')
  const { summary } = JSON.parse(run.stdout) as CruiseOutput
  return {
    modules: summary.totalCruised,
    violations: [...new Set(summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`))].sort(),
  }
}
