/**
 * The public interface of the package: a cluster in this process for tests of applications; plans run in the simulation,
 * judged, made, read and shrunk; a broker on this machine, started and measured.
 *
 * What is not named here is not for others to build on yet. Matchers for vitest are `samsa/vitest`.
 */

export { type BenchmarkOptions, benchmark } from './bench/cluster/benchmark.ts'
export type { BenchSettings, ClusterBenchmark } from './bench/cluster/cluster-benchmark.ts'
export { Broker, type BrokerOptions } from './broker/broker.ts'
export type { LogLevel } from './broker/observe/observer.ts'
export { nodeHost } from './campaign/node-host.ts'
export type { Client } from './client/client.ts'
export type { Assignment, Consumer, PollOutcome } from './client/consumer.ts'
export type { ConsumedRecord } from './client/fetched-records.ts'
export type { ClientOptions, ConsumerOptions, ProducerOptions } from './client/options.ts'
export type { Failure, Outcome } from './client/outcomes.ts'
export type { Producer, ProducerRecord } from './client/producer.ts'
export type { Cluster, ClusterTopic } from './cluster/cluster.ts'
export type { ClusterBroker } from './cluster/cluster-broker.ts'
export { ClusterError } from './cluster/cluster-error.ts'
export type { TopicOptions, TopicsToCreate } from './cluster/create-topics.ts'
export type { Duration } from './cluster/duration.ts'
export type { Content, NewRecord } from './cluster/produce-records.ts'
export type { ApiName, Script, ScriptedAnswer } from './cluster/scripted-answers.ts'
export { type ClusterOptions, startCluster } from './cluster/start-cluster.ts'
export type { ErrorName } from './protocol/errors.ts'
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
