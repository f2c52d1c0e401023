import type TS from 'typescript'
import { ts } from './compiler.ts'
import { constant, publish, runtimeCall } from './emit-parts.ts'

const f = ts.factory

interface ImportInput {
  readonly checker: TS.TypeChecker
  /** Gets the imported names that are only types. */
  readonly erased: Set<string>
}

/** An import declaration as awaited calls that stand before the cell's own statements; names that are only types leave no trace. */
export function importStatements(
  statement: TS.ImportDeclaration,
  { checker, erased }: ImportInput,
): TS.Statement[] {
  const clause = statement.importClause
  if (clause?.isTypeOnly === true) return []
  const names: TS.BindingElement[] = []
  const wanted: string[] = []
  const bound: string[] = []
  const bind = (exported: string, local: TS.Identifier) => {
    if (!isValue(checker, local)) return void erased.add(local.text)
    names.push(f.createBindingElement(undefined, f.createStringLiteral(exported), local.text))
    wanted.push(exported)
    bound.push(local.text)
  }
  if (clause?.name !== undefined) bind('default', clause.name)
  const bindings = clause?.namedBindings
  if (bindings !== undefined && ts.isNamedImports(bindings))
    for (const element of bindings.elements)
      if (!element.isTypeOnly) bind((element.propertyName ?? element.name).text, element.name)
  const loads =
    clause === undefined ||
    clause.name !== undefined ||
    bindings === undefined ||
    ts.isNamespaceImport(bindings) ||
    wanted.length > 0
  if (!loads) return []
  const module = f.createAwaitExpression(
    runtimeCall('importModule', [
      statement.moduleSpecifier,
      f.createArrayLiteralExpression(wanted.map((name) => f.createStringLiteral(name))),
    ]),
  )
  const out: TS.Statement[] = []
  if (bindings !== undefined && ts.isNamespaceImport(bindings)) {
    out.push(constant(f.createIdentifier(bindings.name.text), module))
    if (names.length > 0)
      out.push(constant(f.createObjectBindingPattern(names), f.createIdentifier(bindings.name.text)))
    bound.push(bindings.name.text)
  } else
    out.push(
      names.length === 0
        ? f.createExpressionStatement(module)
        : constant(f.createObjectBindingPattern(names), module),
    )
  return [...out.map((made) => ts.setTextRange(made, statement)), ...bound.map(publish)]
}

/** Whether an imported name is more than a type; what the checker does not know is taken for a value. */
export function isValue(checker: TS.TypeChecker, local: TS.Identifier): boolean {
  const symbol = checker.getSymbolAtLocation(local)
  if (symbol === undefined || (symbol.flags & ts.SymbolFlags.Alias) === 0) return true
  const target = checker.getAliasedSymbol(symbol)
  return (
    target.flags === 0 || target.declarations === undefined || (target.flags & ts.SymbolFlags.Value) !== 0
  )
}
