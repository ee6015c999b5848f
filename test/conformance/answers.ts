/** Completions as a suite waits for them: exactly one, and never inside the call that asked for it. */

import { expect } from 'vitest'
import type { DiskFile } from '../../src/world/disk.ts'
import type { World } from '../../src/world/world.ts'
import type { Arm } from './arm.ts'

export interface Answer<E, T> {
  readonly error: E | undefined
  readonly value: T
}

/** What `start` hands to its completion, which must come as an event of its own. */
export async function answer<E, T = undefined>(
  arm: Arm,
  start: (done: (error: E | undefined, value?: T) => void) => void,
): Promise<Answer<E, T>> {
  const answers: Answer<E, T>[] = []
  start((error, value) => {
    answers.push({ error, value: value as T })
  })
  expect(answers, 'answers inside the call that asked').toHaveLength(0)
  await arm.until('an answer', () => answers.length > 0)
  expect(answers).toHaveLength(1)
  return answers[0] as Answer<E, T>
}

/** The bytes of a text of ASCII letters, and back. */
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
export const textOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes)

/** Reads `[position, position + length)`; fewer bytes where the file ends. */
export async function readAt(arm: Arm, file: DiskFile, position: number, length: number): Promise<Uint8Array> {
  const into = new Uint8Array(length)
  const { error, value } = await answer<Error, number>(arm, (done) => file.read(position, into, done))
  expect(error).toBeUndefined()
  return into.subarray(0, value)
}

/** Everything in a file, as text. */
export async function contentOf(arm: Arm, file: DiskFile): Promise<string> {
  return textOf(await readAt(arm, file, 0, file.size))
}

/** Writes a file of its own with this text, closed again. */
export function writeFile(world: World, path: string, text: string): void {
  const file = world.disk.open(path, { create: true })
  file.append([bytesOf(text)])
  file.close()
}

/** Opens a file, reads all of it and closes it. */
export async function readFile(arm: Arm, world: World, path: string): Promise<string> {
  const file = world.disk.open(path, { create: false })
  const text = await contentOf(arm, file)
  file.close()
  return text
}

/** What was thrown. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  return undefined
}
