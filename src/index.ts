/**
 * The public interface of the package: run a plan in the simulation and judge it, make and read plans, shrink one that
 * fails, start a broker on this machine, and measure one.
 *
 * What is not named here is not for others to build on yet.
 */

export { type BenchmarkOptions, benchmark } from './bench/cluster/benchmark.ts'
export type { BenchSettings, ClusterBenchmark } from './bench/cluster/cluster-benchmark.ts'
export { Broker, type BrokerOptions } from './broker/broker.ts'
export { nodeHost } from './campaign/node-host.ts'
export { createRealWorld, type RealWorld, type RealWorldOptions } from './real/world.ts'
export { writeBenchReport } from './reporters/write-report.ts'
export type { Host } from './sim/loop/host.ts'
export type { Mutant } from './sim/mutants/mutant.ts'
export { mutantNamed, mutants } from './sim/mutants/table.ts'
export { type GenerateOptions, generatePlan } from './sim/plan/generate.ts'
export { type ParsedPlan, parsePlan } from './sim/plan/parse.ts'
export type { Fault, Plan, PlanProfile, Strike, Trigger } from './sim/plan/plan.ts'
export { type SimulateOptions, simulate } from './sim/run/simulate.ts'
export type { RunResult, TimelineEntry, Violation, ViolationKind } from './sim/run/verdict.ts'
export { breaksSamePromise, type ShrinkOptions, type ShrinkResult, shrink } from './sim/shrink/shrink.ts'
