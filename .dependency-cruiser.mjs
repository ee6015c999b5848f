// The import rules of the project: the layer table of docs/architecture.md, written once more as data.
// An arrow goes down only; layers may be skipped; neighbours in one layer do not see one another.

/** Modules of `src`, lowest layer first. Some are planned and have no folder yet. */
export const layers = [
  ['world'],
  ['compression'],
  ['protocol', 'real'],
  ['wire'],
  ['client', 'broker'],
  ['workloads'],
  ['sim', 'bench', 'cluster'],
  ['campaign', 'reporters'],
  ['cli', 'lab', 'index', 'vitest'],
]

/** Rooms of `src/broker`, lowest layer first. */
export const brokerLayers = [
  ['timeline', 'delayed', 'config', 'observe'],
  ['log', 'peers'],
  ['quorum'],
  ['metadata'],
  ['controller', 'groups', 'transactions', 'replication', 'membership'],
  ['handlers'],
  ['connections'],
  ['rules'],
  ['parts', 'format'],
  ['broker'],
]

const nodeAllowed = ['real', 'bench', 'cluster', 'campaign', 'cli', 'index', 'vitest', 'reporters/write-report']

/** A folder of that name in `root`, or a file. */
const at = (root, name) => `^${root}/${name}(/|\\.ts$)`

function downOnly(table, root) {
  return table.flatMap((layer, height) =>
    layer.flatMap((name) => {
      const forbidden = table
        .slice(height)
        .flat()
        .filter((other) => other !== name)
      // An empty list of paths would match everything.
      if (forbidden.length === 0) return []
      return {
        name: `${root.split('/').at(-1)}-${name}-looks-down-only`,
        comment: `${root}/${name} may import layers below it, never its neighbours and never what is above.`,
        severity: 'error',
        from: { path: at(root, name) },
        to: { path: forbidden.map((other) => at(root, other)) },
      }
    }),
  )
}

/** What has no place in the table would be bound by no rule. */
function everythingHasAPlace(table, root) {
  const places = table.flat().map((name) => at(root, name))
  return [
    {
      name: `${root.split('/').at(-1)}-has-a-place-for-it`,
      comment: `Every folder and file of ${root} has a place in the layer table of .dependency-cruiser.mjs.`,
      severity: 'error',
      from: { path: `^${root}/`, pathNot: places },
      to: {},
    },
    {
      name: `${root.split('/').at(-1)}-has-a-place-for-what-is-imported`,
      severity: 'error',
      from: {},
      to: { path: `^${root}/`, pathNot: places },
    },
  ]
}

export default {
  forbidden: [
    ...downOnly(layers, 'src'),
    ...downOnly(brokerLayers, 'src/broker'),
    ...everythingHasAPlace(layers, 'src'),
    ...everythingHasAPlace(brokerLayers, 'src/broker'),
    {
      name: 'no-node-in-the-core',
      comment: 'Only the outer modules touch Node; everything else is given a world.',
      severity: 'error',
      from: { path: '^src/', pathNot: nodeAllowed.map((name) => at('src', name)) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-packages-in-the-core',
      comment:
        'world, protocol, wire and broker stay free of packages; what packages do reaches them through the world.',
      severity: 'error',
      from: { path: '^src/(world|compression|protocol|wire|client|broker|workloads|sim)/' },
      to: { dependencyTypes: ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, path: '^src/' },
      to: {},
    },
    { name: 'resolvable', severity: 'error', from: { path: '^(src|test)/' }, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^test/architecture/planted/', '^test/compatibility/clients/'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
