/** The package as `npm pack` makes it of the build, and a project that has installed it and nothing else. */

import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The root of this repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** Without what an npm that has started this process has set: the repository's own settings and lifecycle. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^npm_(config_(?!registry|cache|userconfig)|package|lifecycle)/i.test(name),
  ),
)

/** What says that no registry was to be had, which is nobody's fault. */
const NO_REGISTRY = /ENOTFOUND|ENOTCACHED|ETIMEDOUT|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ENETUNREACH|E40[13]|E50\d|network/

/** A new folder, and how to remove it. */
export function newFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'samsa-package-'))
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** Packs the build as it is into the folder; the file and what is in it. */
export async function pack(folder: string): Promise<{ readonly file: string; readonly paths: readonly string[] }> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const { stdout } = await run('npm', args, { cwd: root, env, maxBuffer: 2 ** 24 })
  const told: unknown = JSON.parse(stdout)
  // One npm answers with a list, another with an object by name.
  const [packed] = Object.values(told as object) as { filename: string; files: { path: string }[] }[]
  return { file: join(folder, packed!.filename), paths: packed!.files.map(({ path }) => path) }
}

/** Unpacks the package where a project would have it, without what it depends on. */
export async function unpack(file: string, project: string): Promise<void> {
  const place = join(project, 'node_modules', 'samsa')
  mkdirSync(place, { recursive: true })
  await run('tar', ['-xzf', file, '-C', place, '--strip-components=1'])
}

/** Installs the package into an empty project; why not, where no registry can be reached. */
export async function install(file: string, project: string): Promise<string | undefined> {
  mkdirSync(project, { recursive: true })
  writeFileSync(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }\n')
  const args = [
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--fetch-retries=1',
    '--fetch-timeout=30000',
    file,
  ]
  try {
    await run('npm', args, { cwd: project, env })
    return undefined
  } catch (error) {
    const said = String((error as { stderr?: string }).stderr ?? error)
    if (NO_REGISTRY.test(said)) return `no registry can be reached: ${said.trim().split('\n').at(0)}`
    throw error
  }
}

/** Packages below `node_modules`, nested ones too. */
export function installedPackages(project: string): readonly string[] {
  const found: string[] = []
  const look = (folder: string, scope: string): void => {
    for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())) {
      if (name.startsWith('.')) continue
      if (name.startsWith('@') && scope === '') look(join(folder, name), `${name}/`)
      else {
        found.push(scope + name)
        const nested = join(folder, name, 'node_modules')
        if (statSync(nested, { throwIfNoEntry: false })?.isDirectory()) look(nested, '')
      }
    }
  }
  look(join(project, 'node_modules'), '')
  return found
}

/** Bytes in all files below. */
export function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

/** Runs a program to its end; what it printed. @throws if it fails. */
export async function printed(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await run(program, args, { cwd, env })
  return stdout
}
