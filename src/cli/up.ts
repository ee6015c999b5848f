/**
 * `samsa up`: a real broker on this machine's sockets and disk, until a signal ends it.
 *
 * Standard output has one line, `ready HOST:PORT`, once clients can connect, or, of a node that is controller only, once
 * other nodes can; everything else goes to standard error. The first SIGTERM or SIGINT stops the broker cleanly; the second ends it as a kill would, which loses nothing that was
 * acknowledged.
 */

import { resolve } from 'node:path'
import { Broker } from '../broker/broker.ts'
import { BrokerSettings } from '../broker/config/broker-settings.ts'
import { clusterPlace } from '../broker/config/cluster-settings.ts'
import { SettingError } from '../broker/config/setting.ts'
import { DirectoryError } from '../broker/log/meta-properties.ts'
import type { LogLevel } from '../broker/observe/observer.ts'
import { SnapshotError } from '../broker/quorum/snapshots/snapshot-error.ts'
import { createRealWorld, type RealWorld } from '../real/world.ts'
import { DiskError } from '../world/disk.ts'
import type { Address } from '../world/network.ts'
import { NetworkError } from '../world/network.ts'
import { messageOf, operatingFailure, wrongUsage } from './command-error.ts'
import { ExitCode } from './exit-codes.ts'

export interface UpOptions {
  readonly dir: string
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly nodeId?: number
  /** As `process.roles`. */
  readonly role?: string
  /** As `controller.quorum.voters`. */
  readonly controllers?: string
  readonly clusterId?: string
  /** Broker settings by Kafka's names. */
  readonly set: Readonly<Record<string, string>>
}

/** Runs the command until the broker has stopped; gives back its exit code. */
export async function up(options: UpOptions): Promise<ExitCode> {
  checkSettings(settingsOf(options))
  const halted = new Deferred<Error>()
  const world = openWorld(options, halted.resolve)
  const signals = new StopSignals()
  try {
    say(`data in ${resolve(options.dir)}`)
    const run = serve(world, options, signals)
    const end = await Promise.race([run, halted.promise])
    if (!(end instanceof Error)) return end
    const toDo = end instanceof DiskError ? `; see to the disk that holds ${options.dir}, then start it again` : ''
    throw operatingFailure(
      `the broker stopped itself: ${end.message}. Nothing that was acknowledged is lost to that${toDo}`,
      end,
    )
  } finally {
    signals.dispose()
    world.close()
  }
}

/** What the options set, under Kafka's names; `--set` has the last word. */
function settingsOf({ nodeId, role, controllers, set }: UpOptions): Record<string, string> {
  return {
    ...(nodeId === undefined ? {} : { 'node.id': String(nodeId) }),
    ...(role === undefined ? {} : { 'process.roles': role }),
    ...(controllers === undefined ? {} : { 'controller.quorum.voters': controllers }),
    ...set,
  }
}

function checkSettings(settings: Readonly<Record<string, string>>): void {
  try {
    clusterPlace(new BrokerSettings(settings))
  } catch (error) {
    if (error instanceof SettingError) throw wrongUsage(error.message)
    throw error
  }
}

function openWorld({ dir }: UpOptions, onHalt: (reason: Error) => void): RealWorld {
  try {
    return createRealWorld({ directory: dir, onHalt })
  } catch (error) {
    const isTaken = error instanceof DiskError && (error.code === 'EXISTS' || error.code === 'NOT_A_DIRECTORY')
    const reason = isTaken ? 'there is a file in its place' : messageOf(error)
    throw operatingFailure(`cannot use the directory ${dir}: ${reason}; choose another with --dir DIR`, error)
  }
}

async function serve(world: RealWorld, options: UpOptions, signals: StopSignals): Promise<ExitCode> {
  const { host, port, clusterId, dir } = options
  const cluster = clusterId === undefined ? {} : { clusterId }
  const brokerOptions = {
    ...{ listen: { host, port }, logDirectoryPath: resolve(dir), settings: settingsOf(options) },
    ...{ onLogLine: sayLogLine, ...cluster },
  }
  const broker = await startBroker(world, brokerOptions, options)
  if (!signals.wasAsked) process.stdout.write(`${readyText(broker)}\n`)
  const signal = await signals.asked.promise
  say(`${signal}: stopping; the same signal again ends it at once`)
  await broker.stop()
  say('stopped')
  return ExitCode.ok
}

async function startBroker(
  world: RealWorld,
  brokerOptions: Parameters<typeof Broker.start>[1],
  options: UpOptions,
): Promise<Broker> {
  try {
    return await Broker.start(world, brokerOptions)
  } catch (error) {
    throw explained(error, options)
  }
}

/** What happened, why, and what to do next. */
function explained(error: unknown, { dir, host, port }: UpOptions): unknown {
  const address = addressText({ host, port })
  if (error instanceof NetworkError) {
    const reason = listenFailures[error.code] ?? `${error.message}; choose another address with --host and --port`
    return operatingFailure(`cannot listen at ${address}: ${reason}`, error)
  }
  if (error instanceof DirectoryError || error instanceof SnapshotError)
    return operatingFailure(`cannot use the directory ${dir}: ${error.message}`, error)
  if (error instanceof DiskError) {
    return operatingFailure(
      `the disk failed in the directory ${dir}: ${error.message}; see to it, or choose another directory with --dir DIR`,
      error,
    )
  }
  if (error instanceof SettingError) return wrongUsage(error.message)
  return error
}

const listenFailures: Readonly<Partial<Record<NetworkError['code'], string>>> = {
  ADDRESS_IN_USE:
    'another program listens there already; stop it, or choose another port with --port (0 takes a free one)',
  ADDRESS_UNAVAILABLE:
    'this machine has no such address, or the port is reserved; choose another with --host and --port',
  HOST_NOT_FOUND: 'no such host is known; choose another with --host, such as 127.0.0.1',
}

/** The first signal that asks for an end is waited for; the second does not wait any more. */
class StopSignals {
  readonly asked = new Deferred<NodeJS.Signals>()
  wasAsked = false
  readonly #onSignal: (signal: NodeJS.Signals) => void

  constructor() {
    this.#onSignal = (signal) => {
      if (this.wasAsked) process.exit(ExitCode.interrupted)
      this.wasAsked = true
      this.asked.resolve(signal)
    }
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, this.#onSignal)
  }

  dispose(): void {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, this.#onSignal)
  }
}

/** A promise, and the means to settle it. */
class Deferred<T> {
  readonly resolve: (value: T) => void
  readonly promise: Promise<T>

  constructor() {
    let settle: (value: T) => void = () => undefined
    this.promise = new Promise((resolve) => {
      settle = resolve
    })
    this.resolve = settle
  }
}

/** A controller alone, without a broker and without others, has no listener to name. */
function readyText({ isBroker, address, controllerAddress }: Broker): string {
  const open = isBroker ? address : controllerAddress
  return open === undefined ? 'ready' : `ready ${addressText(open)}`
}

function addressText({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

function sayLogLine(level: LogLevel, message: string): void {
  process.stderr.write(`${new Date().toISOString()} ${level} ${message}\n`)
}

function say(message: string): void {
  sayLogLine('info', message)
}
