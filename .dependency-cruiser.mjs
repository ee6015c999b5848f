// The import rules of the project: the layer table of docs/architecture.md, written once more as data.
// An arrow goes down only; layers may be skipped; neighbours in one layer do not see one another.

/** Modules of `src`, lowest layer first. */
const layers = [
  ['world'],
  ['protocol', 'real'],
  ['wire'],
  ['client', 'broker'],
  ['workloads'],
  ['sim', 'bench'],
  ['campaign', 'reporters'],
  ['cli', 'lab', 'index'],
]

/** Rooms of `src/broker`, lowest layer first. */
const brokerLayers = [
  ['timeline', 'delayed', 'config', 'observe'],
  ['log'],
  ['quorum'],
  ['metadata'],
  ['controller', 'groups', 'transactions', 'replication'],
  ['handlers'],
  ['connections'],
  ['broker'],
]

const nodeAllowed = ['real', 'bench', 'campaign', 'cli', 'index', 'reporters']

function downOnly(table, root) {
  const at = (name) => `^${root}/${name}(/|\\.ts$)`
  return table.flatMap((layer, height) =>
    layer.map((name) => ({
      name: `${root.split('/').at(-1)}-${name}-looks-down-only`,
      comment: `${root}/${name} may import layers below it, never its neighbours and never what is above.`,
      severity: 'error',
      from: { path: at(name) },
      to: {
        path: table
          .slice(height)
          .flat()
          .filter((other) => other !== name)
          .map(at),
      },
    })),
  )
}

export default {
  forbidden: [
    ...downOnly(layers, 'src'),
    ...downOnly(brokerLayers, 'src/broker'),
    {
      name: 'no-node-in-the-core',
      comment: 'Only the outer modules touch Node; everything else is given a world.',
      severity: 'error',
      from: { path: '^src/', pathNot: nodeAllowed.map((name) => `^src/${name}(/|\\.ts$)`) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-packages-in-the-core',
      comment:
        'world, protocol, wire and broker stay free of packages; what packages do reaches them through the world.',
      severity: 'error',
      from: { path: '^src/(world|protocol|wire|client|broker|workloads|sim)/' },
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
    exclude: { path: '^dist/' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'default'] },
  },
}
