// The floors of src/README.md: a module imports only from lower floors, through the other module's index.ts, and never in a circle.
const floors = [
  ['core'],
  ['math', 'time', 'units', 'simd'],
  ['geom', 'table', 'config', 'protocol'],
  ['fits', 'sql'],
  ['wcs'],
  ['image', 'skymap', 'butler'],
  ['algo', 'formats', 'pipeline'],
  ['obs'],
  ['tasks', 'gen2', 'sim'],
  ['cli'],
]
// Two neighbours a floor shares by design: formats implements the formatter interface of butler (a floor below).
const sideways = {}
const modules = floors.flat()
const upward = floors.flatMap((names, level) =>
  names.map((name) => {
    const notBelow = floors.flatMap((others, at) => (at >= level ? others.filter((o) => o !== name) : []))
    const allowed = sideways[name] ?? []
    return {
      name: `floor-${level}-${name}`,
      comment: `${name} may import only modules of lower floors`,
      severity: 'error',
      from: { path: `^src/${name}/` },
      to: { path: `^src/(${[...notBelow.filter((o) => !allowed.includes(o)), ...(name === 'cli' ? [] : ['platform'])].join('|')})/` },
    }
  }),
)

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...upward,
    {
      name: 'through-the-index',
      comment: "another module is imported through its index.ts only",
      severity: 'error',
      from: { path: `^src/(${modules.join('|')})/` },
      to: { path: `^src/(${modules.join('|')})/(?!index\\.ts$)`, pathNot: ['^src/$1/'] },
    },
    {
      name: 'portable-engine',
      comment: 'src runs in a browser worker: no Node modules outside platform/node and cli',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(platform/node|cli)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'platform-is-for-applications',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(platform|cli)/' },
      to: { path: '^src/platform/' },
    },
    { name: 'applications-apart', severity: 'error', from: { path: '^kernel/' }, to: { path: '^workbench/' } },
    { name: 'applications-apart-2', severity: 'error', from: { path: '^workbench/' }, to: { path: '^kernel/' } },
    {
      name: 'only-the-command-starts-applications',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/firstlight/' },
      to: { path: '^(kernel|workbench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^dist/|simd/assembly|workbench/app/gen|workbench/static)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'import', 'require', 'node', 'default'] },
  },
}
