import type TS from 'typescript'
import type { DeclaredName, NameKind } from '../protocol/threads.ts'
import { type Augmentation, augmentationsIn, bringModule } from './augmentations.ts'
import { ts } from './compiler.ts'
import { isLocal, ownPackage } from './find-module.ts'
import type { ImportedName, NameOrigin, ScopeNames } from './names.ts'

/** What a parsed cell declares at its top level, imports, and mentions. */
export interface CellNames {
  readonly declares: readonly DeclaredName[]
  readonly imports: readonly ImportedName[]
  /** Names already exported by the cell itself. */
  readonly exported: ReadonlySet<string>
  /** `var` names that stand only inside blocks and loops. */
  readonly hoisted: ReadonlySet<string>
  readonly mentions: ReadonlySet<string>
  /** Files it asks for by `require` and a text constant. */
  readonly requires: readonly string[]
  readonly augmentations: readonly Augmentation[]
}

export const parseCell = (text: string): TS.SourceFile =>
  ts.createSourceFile('cell.ts', text, ts.ScriptTarget.ES2023, false, ts.ScriptKind.TS)

export function cellNames(file: TS.SourceFile): CellNames {
  const declares = new Map<string, DeclaredName>()
  const imports: ImportedName[] = []
  const exported = new Set<string>()
  for (const statement of file.statements) {
    const before = new Set(declares.keys())
    declare(statement, file, declares, imports)
    if (hasModifier(statement, ts.SyntaxKind.ExportKeyword))
      for (const name of declares.keys()) if (!before.has(name)) exported.add(name)
  }
  const inner = new Set(file.statements.flatMap(nestedVars).filter((name) => !declares.has(name)))
  for (const name of inner) declares.set(name, { name, kind: 'live' })
  return {
    declares: [...declares.values()],
    imports,
    exported,
    hoisted: inner,
    ...mentionedIn(file),
    augmentations: augmentationsIn(file),
  }
}

export const hasModifier = (node: TS.Node, kind: TS.SyntaxKind): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node)?.some((modifier) => modifier.kind === kind) ?? false)

/** True for `let` and `var`: their values are shared between cells and may change later. */
export const isLive = (list: TS.VariableDeclarationList): boolean =>
  (list.flags & ts.NodeFlags.BlockScoped) !== ts.NodeFlags.Const && !isUsing(list)

export const isVar = (list: TS.VariableDeclarationList): boolean =>
  (list.flags & ts.NodeFlags.BlockScoped) === 0

/** Nodes with variables of their own: no `var` leaves them. */
export const holdsVars = (node: TS.Node): boolean =>
  ts.isFunctionLike(node) || ts.isClassLike(node) || ts.isModuleDeclaration(node)

/** Names a statement declares by `var` in its blocks and loops; JavaScript makes them variables of the whole cell. */
export function nestedVars(statement: TS.Statement): string[] {
  if (ts.isVariableStatement(statement)) return []
  const found: string[] = []
  const visit = (node: TS.Node): void => {
    if (holdsVars(node) || ts.isExpression(node)) return
    if (!ts.isVariableDeclarationList(node)) return ts.forEachChild(node, visit)
    if (isVar(node))
      for (const { name } of node.declarations) found.push(...boundNames(name).map((id) => id.text))
  }
  visit(statement)
  return found
}

/** `using` declarations end with their cell, so nobody else sees them. */
export const isUsing = (list: TS.VariableDeclarationList): boolean =>
  (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.Using ||
  (list.flags & ts.NodeFlags.BlockScoped) === ts.NodeFlags.AwaitUsing

function declare(
  statement: TS.Statement,
  file: TS.SourceFile,
  out: Map<string, DeclaredName>,
  imports: ImportedName[],
): void {
  const ambient = hasModifier(statement, ts.SyntaxKind.DeclareKeyword) ? { isAmbient: true } : {}
  const add = (name: string, kind: NameKind) => {
    if (kind !== 'type' || !out.has(name)) out.set(name, { name, kind, ...(kind !== 'type' && ambient) })
  }
  if (ts.isVariableStatement(statement)) {
    if (isUsing(statement.declarationList)) return
    const kind = isLive(statement.declarationList) ? 'live' : 'fixed'
    for (const { name } of statement.declarationList.declarations)
      for (const id of boundNames(name)) add(id.text, kind)
  } else if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement)) {
    if (statement.name !== undefined) add(statement.name.text, 'fixed')
  } else if (ts.isEnumDeclaration(statement)) add(statement.name.text, 'fixed')
  else if (ts.isInterfaceDeclaration(statement) || ts.isTypeAliasDeclaration(statement))
    add(statement.name.text, 'type')
  else if (ts.isModuleDeclaration(statement)) {
    if (ts.isIdentifier(statement.name) && statement.name.text !== 'global')
      add(statement.name.text, hasValues(statement) ? 'fixed' : 'type')
  } else if (ts.isImportEqualsDeclaration(statement)) add(statement.name.text, 'fixed')
  else if (ts.isImportDeclaration(statement))
    for (const entry of importedNames(statement, file)) {
      add(entry.name, entry.kind)
      imports.push(entry)
    }
}

/** A variable of a `let` statement that stands directly in the file, or of a `var` outside functions. */
export function isCellVariable(declaration: TS.Node): boolean {
  let node = declaration
  while (ts.isBindingElement(node) || ts.isObjectBindingPattern(node) || ts.isArrayBindingPattern(node))
    node = node.parent
  if (!ts.isVariableDeclaration(node) || !ts.isVariableDeclarationList(node.parent)) return false
  const list = node.parent
  if (isVar(list)) return isCellVar(list)
  return isLive(list) && ts.isVariableStatement(list.parent) && ts.isSourceFile(list.parent.parent)
}

/** A `var` list outside functions, wherever it stands. */
export function isCellVar(list: TS.VariableDeclarationList): boolean {
  if (!isVar(list)) return false
  let node: TS.Node = list
  while (!ts.isSourceFile(node)) {
    if (holdsVars(node)) return false
    node = node.parent
  }
  return true
}

/** Identifiers bound by a name or pattern, in order. */
export function boundNames(name: TS.BindingName): TS.Identifier[] {
  if (ts.isIdentifier(name)) return [name]
  return name.elements.flatMap((element) => (ts.isBindingElement(element) ? boundNames(element.name) : []))
}

/** A namespace that holds more than types exists at run time. */
export function hasValues(declaration: TS.ModuleDeclaration): boolean {
  const body = declaration.body
  if (body === undefined) return false
  if (ts.isModuleBlock(body))
    return body.statements.some(
      (inner) =>
        !ts.isInterfaceDeclaration(inner) &&
        !ts.isTypeAliasDeclaration(inner) &&
        !(ts.isModuleDeclaration(inner) && !hasValues(inner)),
    )
  return ts.isModuleDeclaration(body) && hasValues(body)
}

function importedNames(statement: TS.ImportDeclaration, file: TS.SourceFile): ImportedName[] {
  const clause = statement.importClause
  if (clause === undefined || !ts.isStringLiteral(statement.moduleSpecifier)) return []
  const from = statement.moduleSpecifier.text
  const attributes =
    statement.attributes === undefined ? {} : { attributes: ` ${statement.attributes.getText(file)}` }
  const kind: NameKind = clause.isTypeOnly ? 'type' : 'fixed'
  const entry = (name: string, text: string, own: NameKind = kind): ImportedName => ({
    name,
    kind: own,
    from,
    clause: text,
    ...attributes,
  })
  const found: ImportedName[] = []
  if (clause.name !== undefined) found.push(entry(clause.name.text, `default as ${clause.name.text}`))
  const bindings = clause.namedBindings
  if (bindings !== undefined && ts.isNamespaceImport(bindings))
    found.push(entry(bindings.name.text, `* as ${bindings.name.text}`))
  else if (bindings !== undefined)
    for (const { name, propertyName, isTypeOnly } of bindings.elements) {
      const clauseText =
        propertyName === undefined ? name.text : `${propertyName.getText(file)} as ${name.text}`
      found.push(entry(name.text, clauseText, isTypeOnly ? 'type' : kind))
    }
  return found
}

function mentionedIn(file: TS.SourceFile): Pick<CellNames, 'mentions' | 'requires'> {
  const mentions = new Set<string>()
  const requires: string[] = []
  const visit = (node: TS.Node, parent: TS.Node): void => {
    if (ts.isIdentifier(node)) {
      if (!(ts.isPropertyAccessExpression(parent) && parent.name === node)) mentions.add(node.text)
    } else {
      const required = requiredBy(node)
      if (required !== undefined && ts.isStringLiteralLike(required) && isCompiled(required.text))
        requires.push(required.text)
      ts.forEachChild(node, (child) => visit(child, node))
    }
  }
  ts.forEachChild(file, (child) => visit(child, file))
  return { mentions, requires }
}

/** What `require` cannot load by itself: the notebook's own modules, ours. */
const isCompiled = (specifier: string): boolean => isLocal(specifier) || ownPackage(specifier) !== undefined

/** What `require(…)` and `import x = require(…)` ask for. */
function requiredBy(node: TS.Node): TS.Expression | undefined {
  if (ts.isExternalModuleReference(node)) return node.expression
  const isRequire =
    ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'require'
  return isRequire ? node.arguments[0] : undefined
}

/**
 * What is put behind the user's text for the checker: the cell's own names exported (so that declaration emit keeps
 * them) and the mentioned names of earlier cells imported, or declared when they may be assigned. Positions of the user's
 * text stay as they are.
 */
export function checkerTail(names: CellNames, scope: ScopeNames): string {
  const own = new Set(names.declares.map(({ name }) => name))
  const exports = names.declares
    .map(({ name }) => name)
    .filter((name) => !names.exported.has(name) && !names.hoisted.has(name))
  const lines = [`export { ${exports.join(', ')} };`, ...[...names.hoisted].map(exportHoisted)]
  for (const { to } of names.augmentations) if (to !== undefined) lines.push(bringModule(to))
  for (const name of names.mentions) {
    const origin = own.has(name) ? undefined : scope.origin(name)
    if (origin !== undefined) lines.push(bring(name, origin))
  }
  return `\n;${lines.join(' ')}\n`
}

/** Declaration emit looks past blocks; read in a function, a variable has its whole type and counts as assigned. */
const exportHoisted = (name: string): string =>
  `const __of_${name} = () => ${name}; declare let __var_${name}: ReturnType<typeof __of_${name}>; export { __var_${name} as ${name} };`

function bring(name: string, { kind, from, clause, attributes = '' }: NameOrigin): string {
  const source = JSON.stringify(from)
  if (kind === 'live') return `declare let ${name}: typeof import(${source}).${clause};`
  return clause.startsWith('* as ')
    ? `import ${clause} from ${source}${attributes};`
    : `import { ${clause} } from ${source}${attributes};`
}
