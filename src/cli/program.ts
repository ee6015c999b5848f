/**
 * The commands and options of `samsa`, as commander knows them. What a command does is loaded when it is asked for, so
 * that a broker starts without the simulator and help comes at once.
 */

import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { Command, Option } from 'commander'
import { BROKERS_MAX, CONTROLLERS_MAX } from '../sim/plan/topology-draw.ts'
import type { BenchOptions } from './bench.ts'
import type { ChaosOptions } from './chaos.ts'
import type { DemoOptions } from './demo.ts'
import type { ExitCode } from './exit-codes.ts'
import type { FormatOptions } from './format.ts'
import type { MutantsOptions } from './mutants.ts'

import {
  clusterId,
  codecs,
  featureLevel,
  hostAndPort,
  integerIn,
  integersIn,
  keyValue,
  partitionCounts,
  positiveMinutes,
  secondsUpTo,
} from './option-values.ts'

import { provenanceOf } from './provenance.ts'
import type { ReplayOptions } from './replay.ts'
import type { UpOptions } from './up.ts'

const count = integerIn(1, 1_000_000_000)
const seed = integerIn(0, Number.MAX_SAFE_INTEGER - 1_000_000_000)
const jobs = integerIn(1, 256)

const EXIT_CODES = `
Exit codes: 0 nothing found, 10 a promise broken, 11 no progress, 12 two runs differ, 64 wrong usage, 70 a bug of the
simulator, 130 interrupted, 1 any other failure.`

/** The program; `done` gets the exit code of the command that was run. */
export function samsaProgram(argv: readonly string[], done: (code: ExitCode) => void): Command {
  const program = new Command('samsa')
    .description('Kafka rebuilt in TypeScript so that it can be tested to destruction, measured and taught.')
    .version(version())
    .showHelpAfterError('(add --help to see how it is used)')
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
  addChaos(program, argv, done)
  addReplay(program, done)
  addMutants(program, argv, done)
  addUp(program, done)
  addFormat(program, done)
  addBench(program, argv, done)
  addDemo(program, argv, done)
  return program
}

function addChaos(program: Command, argv: readonly string[], done: (code: ExitCode) => void): void {
  program
    .command('chaos')
    .description('run a campaign of seeded runs under faults')
    .option('--seeds <n>', 'how many seeds (default: 200, or as many as --minutes allow)', count)
    .option('--from <seed>', 'the first seed', seed, 1)
    .option('--jobs <n>', 'how many runs at a time', jobs, availableParallelism())
    .option('--minutes <m>', 'end after so many minutes', positiveMinutes)
    .option('--mutant <name>', 'put a historical bug back into the broker')
    .option('--twice', 'run each seed twice and compare')
    .option('--controllers <n>', 'plans of clusters with so many controllers (1 to 5)', integerIn(1, CONTROLLERS_MAX))
    .option('--brokers <n>', 'plans of clusters with so many brokers (0 to 4)', integerIn(0, BROKERS_MAX))
    .option('--json <file>', 'write the result as JSON')
    .action(async (options: ChaosOptions) => {
      const { chaos } = await import('./chaos.ts')
      done(await chaos(options, provenanceOf(argv)))
    })
}

function addReplay(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('replay')
    .description('run one seed or plan and show what happened')
    .argument('<seed|plan.json>', 'a seed, or the path of a plan')
    .option('--mutant <name>', 'put a historical bug back into the broker (a plan names its own)')
    .option('--controllers <n>', 'plans of clusters with so many controllers (1 to 5)', integerIn(1, CONTROLLERS_MAX))
    .option('--brokers <n>', 'plans of clusters with so many brokers (0 to 4)', integerIn(0, BROKERS_MAX))
    .option('--json', 'print one JSON object instead')
    .action(async (what: string, options: ReplayOptions) => {
      const { replay } = await import('./replay.ts')
      done(await replay(what, options))
    })
}

function addMutants(program: Command, argv: readonly string[], done: (code: ExitCode) => void): void {
  program
    .command('mutants')
    .description('put historical bugs back, one at a time, and see whether each is caught')
    .option('--seeds <n>', 'try at most so many seeds on each', count, 500)
    .option('--jobs <n>', 'how many mutants at a time', jobs, availableParallelism())
    .option('--only <name>', 'one mutant alone')
    .option('--json <file>', 'write the result as JSON')
    .action(async (options: MutantsOptions) => {
      const { mutants } = await import('./mutants.ts')
      done(await mutants(options, provenanceOf(argv)))
    })
}

function addUp(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('up')
    .description('start a real broker; prints "ready HOST:PORT" when clients can connect')
    .option('--dir <dir>', 'where its data lies; made if absent', './samsa-data')
    .option('--host <host>', 'the address to listen at', '127.0.0.1')
    .option('--port <port>', 'the port to listen at; 0 takes a free one', integerIn(0, 65_535), 9092)
    .option('--node-id <id>', 'this node, in its cluster', integerIn(0, 999_999_999))
    .option('--role <roles>', 'broker, controller, or broker,controller')
    .option('--controllers <list>', "the cluster's controllers, the same for every node: ID@HOST:PORT,…")
    .option('--cluster-id <id>', 'the cluster that an empty directory is to belong to, the same for every node')
    .option('--set <key=value>', "a broker setting, by Kafka's name; may be repeated", keyValue, {})
    .action(async (options: UpOptions) => {
      const { up } = await import('./up.ts')
      done(await up(options))
    })
}

/** Kafka's storage tool has the same names, long and short. */
function addFormat(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('format')
    .description('prepare a directory for a node of a cluster, as kafka-storage does')
    .requiredOption('-t, --cluster-id <id>', 'the cluster, the same for every node; see random-uuid', clusterId)
    .option('--dir <dir>', 'where the data is to lie; made if absent', './samsa-data')
    .option('--node-id <id>', 'the node, in its cluster', integerIn(0, 999_999_999), 1)
    .option('-r, --release-version <release>', 'begin with the metadata.version of this release, such as 4.0')
    .option('-f, --feature <feature=level>', 'begin with this feature level; may be repeated', featureLevel, new Map())
    .option('-g, --ignore-formatted', 'leave a directory that is formatted already as it is', false)
    .action(async (options: FormatOptions) => {
      const { format } = await import('./format.ts')
      done(await format(options))
    })
  program
    .command('info')
    .description('say which node of which cluster a directory is formatted for')
    .option('--dir <dir>', 'where the data lies', './samsa-data')
    .action(async (options: { readonly dir: string }) => {
      const { info } = await import('./format.ts')
      done(await info(options))
    })
  program
    .command('random-uuid')
    .description('print an id for a new cluster')
    .action(async () => {
      const { printRandomUuid } = await import('./format.ts')
      done(printRandomUuid())
    })
}

function addBench(program: Command, argv: readonly string[], done: (code: ExitCode) => void): void {
  program
    .command('bench')
    .description('measure a broker: throughput against batch size, acks, codec and more, latency against offered load')
    .option(
      '--bootstrap <host:port>',
      'a broker that runs already (default: start samsa for the measurement)',
      hostAndPort,
    )
    .option('--against <host:port>', 'another broker, measured in turns with the first in the same run', hostAndPort)
    .option('--against-name <name>', 'what the other broker is called in the report (default: its address)')
    .option('--batch-bytes <list>', 'batch sizes; 0 is a batch of one record', integersIn(0, 1_048_576))
    .addOption(new Option('--acks <which>', 'who acknowledges (default: both)').choices(['1', 'all']))
    .option(
      '--tail-batch-bytes <list>',
      'batch sizes at which reading at the tail is measured',
      integersIn(0, 1_048_576),
    )
    .option('--codecs <list>', 'none, gzip, snappy, lz4, zstd; the first for all sweeps (default: all)', codecs)
    .option('--record-bytes <list>', 'bytes of each record; the first for all sweeps', integersIn(1, 1_000_000))
    .option('--partitions <list>', 'partitions; the first for all sweeps', integersIn(1, 64))
    .option('--producers <list>', 'connections that produce; the first for all sweeps', integersIn(1, 64))
    .option('--in-flight <n>', 'unanswered requests on each connection', integerIn(1, 100))
    .option('--repeats <n>', 'how often each point is measured', integerIn(1, 100))
    .option('--seconds <n>', 'how long each point is measured; fractions will do', secondsUpTo(600))
    .option('--loads <list>', 'offered loads in percent of the highest rate', integersIn(1, 1_000))
    .option('--no-latency', 'leave latency out')
    .option('--no-floor', 'leave the minimal path out')
    .option(
      '--image [list]',
      'measure one metadata image instead, of so many partitions: memory, time, how long the event loop is held (default: 1000,3000,10000)',
      partitionCounts,
    )
    .option('--quick', 'a few seconds: shows that everything works; its figures say little')
    .option('--json <file>', 'write the result as JSON there too')
    .option('--svg <file>', 'write the first chart as a picture there')
    .option('--report <folder>', 'where the page is written (default: reports/benchmarks/<date>)')
    .action(async (options: BenchOptions) => {
      const { bench } = await import('./bench.ts')
      done(await bench(options, provenanceOf(argv).command))
    })
}

function addDemo(program: Command, argv: readonly string[], done: (code: ExitCode) => void): void {
  program
    .command('demo')
    .description('the main job once over: the correct broker holds, a mutant is caught, shrunk and told')
    .option('--seeds <n>', 'how many seeds of the correct broker', count, 200)
    .option('--jobs <n>', 'how many runs at a time', jobs, availableParallelism())
    .action(async (options: DemoOptions) => {
      const { demo } = await import('./demo.ts')
      done(await demo(options, provenanceOf(argv)))
    })
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const isNamed = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  return isNamed ? String(manifest.version) : 'unknown'
}
