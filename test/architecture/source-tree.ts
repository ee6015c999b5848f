/** The files of this repository as the architecture tests see them: from its root, without what is made or installed. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SourceText } from './tidy-rules.ts'

const root = new URL('../../', import.meta.url)

/** A path from the root of the repository, for the file system. */
export function pathOf(path: string): string {
  return fileURLToPath(new URL(path, root))
}

/** Paths of the files below a folder whose names end so, ascending. */
export function filesIn(folder: string, ending: string): readonly string[] {
  return readdirSync(pathOf(folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith(ending) && !/\/(planted|node_modules)\//.test(path))
    .sort()
}

/** The folders directly in a folder, ascending. */
export function foldersIn(folder: string): readonly string[] {
  return readdirSync(pathOf(folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}/${name}`)
    .sort()
}

export function isThere(path: string): boolean {
  return existsSync(pathOf(path))
}

export function read(path: string): SourceText {
  return { path, text: readFileSync(pathOf(path), 'utf8') }
}
