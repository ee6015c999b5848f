/**
 * Where verdicts take effect: between what a life asks of its disk and what the disk does. Also where the life is
 * checked, and where completions become events.
 */

import { DiskError } from '../../../world/disk.ts'
import { hashText } from '../../draws/mixing.ts'
import type { Life } from '../life.ts'
import type { DiskOperationKind, DiskVerdict } from './disk-judge.ts'
import type { SimDisk } from './sim-disk.ts'

/** An operation that completes as an event. */
export interface LaterOperation {
  readonly kind: DiskOperationKind
  readonly path: string
  readonly bytes?: number
  /** What the event is. */
  readonly event: number
  /** What it takes without a fault. */
  readonly latencyUs: number
}

export class DiskGate {
  readonly life: Life
  readonly #disk: SimDisk

  constructor(disk: SimDisk, life: Life) {
    this.#disk = disk
    this.life = life
  }

  /** Performs a synchronous operation, unless a verdict or the end of the life prevents it. Throws `DiskError`. */
  now(kind: DiskOperationKind, path: string, act: () => void): void {
    if (!this.life.alive) return
    const verdict = this.#disk.ask(kind, path, 0)
    this.#disk.loop.hash.note(hashText(path))
    if (verdict !== undefined && !this.admit(verdict, path)) return
    act()
    if (verdict !== undefined) this.afterwards(verdict)
  }

  /**
   * Before a synchronous operation: may it take place? False when the life is over. Throws what the verdict demands.
   * `torn` and a crash `during` are the caller's, who knows the parts; both count here.
   */
  admit(verdict: DiskVerdict, path: string): boolean {
    const { counters, loop, node } = this.#disk
    switch (verdict.kind) {
      case 'delay':
      case 'stall':
        counters.stalls++
        loop.pauseNode(node, loop.nowOf(this.life) + verdict.us)
        return true
      case 'error':
      case 'torn':
        counters.errors++
        throw new DiskError('IO', path, `${path}: the disk reports an error`)
      case 'full':
        counters.full++
        throw new DiskError('FULL', path, `${path}: no space is left on the disk`)
      case 'crash':
        if (verdict.when !== 'before') return true
        this.#crash(verdict.how)
        return false
    }
  }

  /** After a synchronous operation. */
  afterwards(verdict: DiskVerdict): void {
    if (verdict.kind === 'crash' && verdict.when !== 'before') this.#crash(verdict.how)
  }

  /**
   * Schedules the completion of an operation. `complete` is called in it with the error that a verdict demands, takes
   * the effect on the disk, and returns what tells the owner.
   */
  later(operation: LaterOperation, complete: (failed: DiskError | undefined) => () => void): void {
    if (!this.life.alive) return
    const { kind, path, bytes, event, latencyUs } = operation
    const { loop, counters } = this.#disk
    const verdict = this.#disk.ask(kind, path, bytes ?? 0)
    if (verdict === undefined) {
      loop.schedule(latencyUs, event, this.life, () => complete(undefined)())
      return
    }
    if (verdict.kind === 'crash' && verdict.when === 'before') {
      this.#crash(verdict.how)
      return
    }
    if (verdict.kind === 'stall') this.admit(verdict, path)
    else if (verdict.kind === 'delay') counters.delays++
    if (verdict.kind === 'crash' && verdict.when === 'during') {
      // It is under way for a while, as much else goes on, and never completes.
      loop.schedule(latencyUs >>> 1, event, this.life, () => this.#crash(verdict.how))
      return
    }
    const extraUs = verdict.kind === 'delay' ? verdict.us : 0
    loop.schedule(latencyUs + extraUs, event, this.life, () => {
      const tell = complete(this.#failureOf(verdict, path))
      if (verdict.kind === 'crash') this.#crash(verdict.how)
      else tell()
    })
  }

  #failureOf(verdict: DiskVerdict, path: string): DiskError | undefined {
    if (verdict.kind === 'full') {
      this.#disk.counters.full++
      return new DiskError('FULL', path, `${path}: no space is left on the disk`)
    }
    if (verdict.kind !== 'error' && verdict.kind !== 'torn') return undefined
    this.#disk.counters.errors++
    return new DiskError('IO', path, `${path}: the disk reports an error`)
  }

  #crash(how: 'kill' | 'powerLoss'): void {
    this.#disk.counters.crashes++
    this.#disk.crash(how)
  }
}
