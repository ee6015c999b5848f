/**
 * Rules of the house that neither compiler, linter nor import rules hold: each looks at one file and says what is wrong
 * with it and what to do instead. Pure functions of a path and a text, so that they can be tried on tiny snippets.
 *
 * Code is looked at as a syntax tree: what stands in comments and strings is nobody's business here.
 */

import ts from 'typescript'

/** A file as the rules see it: its path from the root of the repository with `/`, and its text. */
export interface SourceText {
  readonly path: string
  readonly text: string
}

/** What is wrong, one sentence each, with what to do instead. */
export type TidyRule = (source: SourceText) => readonly string[]

const CORE = /^src\/(world|protocol|wire|client|broker|workloads|sim)\//
/** Files that are tables: as long as what they list. */
const TABLES = /^src\/protocol\/(messages|metadata-records)\//
const LINES_MAX = 300
const TEST_LINES_MAX = 500

const vagueWords: Readonly<Record<string, string>> = {
  util: 'name the file for the one thing it exports',
  utils: 'name the file for the one thing it exports',
  helper: 'name the file for what it helps to do',
  helpers: 'name the file for what it helps to do',
  common: 'put it into the module that owns it',
  shared: 'put it into the module that owns it',
  misc: 'split it by what it is about',
  manager: 'name what it decides or keeps',
  impl: 'name what is particular about it',
}

const foreignGlobals: Readonly<Record<string, string>> = {
  Date: "take the time from the world's clock",
  performance: "take the time from the world's clock",
  setTimeout: "set a timer of the world's clock",
  setInterval: "set a timer of the world's clock",
  setImmediate: "set a timer of the world's clock with delay 0",
  queueMicrotask: 'use callbacks; promises are made by world/promises.ts',
  process: 'let the outer modules hand over what is needed',
  Buffer: 'use Uint8Array and DataView',
  TextEncoder: 'use protocol/utf8.ts',
  TextDecoder: 'use protocol/utf8.ts',
  console: 'emit a trace event, or tell the observer',
  crypto: "draw from the world's random",
  globalThis: 'let the outer modules hand over what is needed',
  require: 'use import',
}

/** The first thing in a source file is a comment that says what it is. */
export const hasHeader: TidyRule = ({ path, text }) => {
  if (!/^src\/.*\.ts$/.test(path) || /^\s*\/\*\*[\s\S]+?\*\//.test(text)) return []
  return ['begins without a header; say in a /** comment */ what the file is, its contract, and what it does not do']
}

/** The header of an API's schema or handler names its versions. */
export const namesVersions: TidyRule = ({ path, text }) => {
  if (!/^src\/(broker\/handlers|protocol\/messages)\/\d\d-.*\.ts$/.test(path)) return []
  const header = /^\s*\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? ''
  return /versions? \d+/i.test(header) ? [] : ['names no versions in its header; write "versions A to B" there']
}

/** Names say what is inside. */
export const hasTellingName: TidyRule = ({ path }) => {
  const words = path.replace(/\.[a-z.]+$/, '').split(/[/-]/)
  return words.flatMap((word) => {
    const instead = Object.hasOwn(vagueWords, word) ? vagueWords[word] : undefined
    return instead === undefined ? [] : [`has "${word}" in its path, which says nothing; ${instead}`]
  })
}

/** Files stay short enough to be read in one go. */
export const isShortEnough: TidyRule = ({ path, text }) => {
  const max = path.startsWith('test/') ? TEST_LINES_MAX : LINES_MAX
  if (!/\.(ts|mjs)$/.test(path) || TABLES.test(path)) return []
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  return lines <= max ? [] : [`has ${lines} lines, and ${max} are the wall; split it by what it is about`]
}

/** Core modules reach their surroundings through the world alone. */
export const usesNoForeignGlobals: TidyRule = (source) => {
  if (!CORE.test(source.path) || !source.path.endsWith('.ts')) return []
  const problems: string[] = []
  const tree = parse(source)
  const own = declaredNames(tree)
  const visit = (node: ts.Node): void => {
    if (
      ts.isIdentifier(node) &&
      isUsedAsValue(node) &&
      !own.has(node.text) &&
      Object.hasOwn(foreignGlobals, node.text)
    ) {
      problems.push(`${lineOf(tree, node)}: uses ${node.text}; ${foreignGlobals[node.text]}`)
    }
    if (ts.isPropertyAccessExpression(node) && node.getText(tree) === 'Math.random') {
      problems.push(`${lineOf(tree, node)}: uses Math.random; draw from the world's random`)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return problems
}

/** A variable of a core module would be shared by all simulated brokers and survive their crashes. */
export const keepsNoModuleState: TidyRule = (source) => {
  if (!CORE.test(source.path) || !source.path.endsWith('.ts')) return []
  const tree = parse(source)
  return tree.statements.filter(ts.isVariableStatement).flatMap((statement) => {
    const isConst = (statement.declarationList.flags & ts.NodeFlags.Const) !== 0
    return statement.declarationList.declarations
      .filter(({ initializer }) => !isConst || isEmptyCollection(initializer))
      .map((declaration) => {
        const name = declaration.name.getText(tree)
        return `${lineOf(tree, declaration)}: ${name} is mutable state of the module; give it to an object that is made once per broker`
      })
  })
}

/** No test is run alone by accident. */
export const runsEveryTest: TidyRule = (source) => {
  if (!/^test\/.*\.ts$/.test(source.path)) return []
  const tree = parse(source)
  const problems: string[] = []
  const visit = (node: ts.Node): void => {
    if (
      ts.isPropertyAccessExpression(node) &&
      node.name.text === 'only' &&
      /^(test|it|describe)\b/.test(node.getText(tree))
    ) {
      problems.push(`${lineOf(tree, node)}: .only( leaves all other tests out; take it away`)
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return problems
}

/** The lock file binds nobody to one registry's host. */
export const namesNoRegistry: TidyRule = ({ path, text }) => {
  if (path !== 'package-lock.json') return []
  const hosts = new Set([...text.matchAll(/"resolved": "(https?:\/\/[^/"]+)/g)].map((match) => match[1]!))
  return [...hosts].map((host) => `names the registry ${host}; install with omit-lockfile-registry-resolved (.npmrc)`)
}

/**
 * `npm ci` refuses a lock file in which an optional package has no entry, be it for another system. A registry that lacks
 * those of other systems makes `npm install` leave them out.
 */
export const locksOptionalPackages: TidyRule = ({ path, text }) => {
  if (path !== 'package-lock.json') return []
  const { packages } = JSON.parse(text) as { readonly packages: Readonly<Record<string, LockedPackage>> }
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) =>
    Object.entries(optionalDependencies),
  )
  return wanted
    .filter(([name]) => !Object.keys(packages).some((place) => place.endsWith(`node_modules/${name}`)))
    .map(([name, version]) => `has no entry for ${name} ${version}; add one with "version", "optional", "os" and "cpu"`)
}

interface LockedPackage {
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Every rule there is. */
export const tidyRules: readonly TidyRule[] = [
  hasHeader,
  namesVersions,
  hasTellingName,
  isShortEnough,
  usesNoForeignGlobals,
  keepsNoModuleState,
  runsEveryTest,
  namesNoRegistry,
  locksOptionalPackages,
]

function parse({ path, text }: SourceText): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.ES2023, true)
}

function lineOf(tree: ts.SourceFile, node: ts.Node): string {
  return `line ${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`
}

/** Names that the file itself binds: parameters, variables, imports. They are not the globals. */
function declaredNames(tree: ts.SourceFile): ReadonlySet<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    const isBinding =
      ts.isVariableDeclaration(node) ||
      ts.isParameter(node) ||
      ts.isBindingElement(node) ||
      ts.isImportSpecifier(node) ||
      ts.isFunctionDeclaration(node)
    if (isBinding && node.name !== undefined && ts.isIdentifier(node.name)) names.add(node.name.text)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return names
}

/** Not the name of a property, of a declaration, or of a type. */
function isUsedAsValue(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isQualifiedName(parent) || ts.isTypeReferenceNode(parent)) return false
  if (ts.isBindingElement(parent)) return parent.initializer === node
  return !('name' in parent && parent.name === node) || ts.isShorthandPropertyAssignment(parent)
}

function isEmptyCollection(initializer: ts.Expression | undefined): boolean {
  if (initializer === undefined) return false
  if (ts.isArrayLiteralExpression(initializer)) return initializer.elements.length === 0
  if (!ts.isNewExpression(initializer) || !ts.isIdentifier(initializer.expression)) return false
  const hasArguments = (initializer.arguments?.length ?? 0) > 0
  return !hasArguments && ['Map', 'Set', 'WeakMap', 'WeakSet', 'Array'].includes(initializer.expression.text)
}
