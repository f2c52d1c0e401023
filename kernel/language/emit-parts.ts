import type TS from 'typescript'
import { hasModifier } from './cell-text.ts'
import { ts } from './compiler.ts'
import { RUNTIME, SCOPE } from './runtime-names.ts'

/** The statements and expressions that compiled cells are made of, beside the user's own. */

const f = ts.factory

export const inScope = (name: string): TS.PropertyAccessExpression =>
  f.createPropertyAccessExpression(f.createIdentifier(SCOPE), name)
export const assign = (target: TS.Expression, value: TS.Expression): TS.Statement =>
  f.createExpressionStatement(f.createAssignment(target, value))
export const publish = (name: string): TS.Statement => assign(inScope(name), f.createIdentifier(name))
/** Makes a property of the name, with the value it has. */
export const keepInScope = (name: string): TS.Statement => assign(inScope(name), inScope(name))
export const runtimeCall = (method: string, args: readonly TS.Expression[]): TS.Expression =>
  f.createCallExpression(
    f.createPropertyAccessExpression(f.createIdentifier(RUNTIME), method),
    undefined,
    args,
  )

export const constant = (name: TS.BindingName, value: TS.Expression): TS.Statement =>
  f.createVariableStatement(
    undefined,
    f.createVariableDeclarationList(
      [f.createVariableDeclaration(name, undefined, undefined, value)],
      ts.NodeFlags.Const,
    ),
  )

/** The statement as it would stand in a function. */
export function withoutExport<T extends TS.Statement>(statement: T): T {
  if (!hasModifier(statement, ts.SyntaxKind.ExportKeyword)) return statement
  const keep = (ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : []).filter(
    (modifier) =>
      modifier.kind !== ts.SyntaxKind.ExportKeyword && modifier.kind !== ts.SyntaxKind.DefaultKeyword,
  )
  if (ts.isVariableStatement(statement))
    return f.updateVariableStatement(statement, keep, statement.declarationList) as TS.Node as T
  if (ts.isFunctionDeclaration(statement))
    return f.updateFunctionDeclaration(
      statement,
      keep,
      statement.asteriskToken,
      statement.name,
      statement.typeParameters,
      statement.parameters,
      statement.type,
      statement.body,
    ) as TS.Node as T
  if (ts.isClassDeclaration(statement))
    return f.updateClassDeclaration(
      statement,
      keep,
      statement.name,
      statement.typeParameters,
      statement.heritageClauses,
      statement.members,
    ) as TS.Node as T
  if (ts.isEnumDeclaration(statement))
    return f.updateEnumDeclaration(statement, keep, statement.name, statement.members) as TS.Node as T
  if (ts.isModuleDeclaration(statement))
    return f.updateModuleDeclaration(statement, keep, statement.name, statement.body) as TS.Node as T
  return statement
}
