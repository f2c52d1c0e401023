import type TS from 'typescript'
import { ts } from './compiler.ts'

/** One declaration that a cell adds to the global scope or to a module, by `declare global` or `declare module "x"`. */
export interface Augmentation {
  /** As an ambient block of its own. */
  readonly text: string
  /** The module it adds to; undefined for the global scope. */
  readonly to?: string
  /** What it declares: another cell that declares one of these takes its place. */
  readonly keys: readonly string[]
}

export const isAugmentation = (node: TS.Node): node is TS.ModuleDeclaration =>
  ts.isModuleDeclaration(node) && (ts.isStringLiteral(node.name) || node.name.text === 'global')

/** What a parsed cell adds, each inner declaration apart, so that a cell run again replaces no more than it says. */
export function augmentationsIn(file: TS.SourceFile): Augmentation[] {
  return file.statements.filter(isAugmentation).flatMap(({ name, body }) => {
    const inner = body !== undefined && ts.isModuleBlock(body) ? body.statements : []
    const isGlobal = ts.isIdentifier(name)
    const head = isGlobal
      ? 'declare global'
      : `${bringModule(name.text)}\ndeclare module ${name.getText(file)}`
    return inner.map((statement) => ({
      text: `${head} { ${statement.getFullText(file)}\n}`,
      ...(!isGlobal && { to: name.text }),
      keys: keysOf(statement, file).map((key) => `${name.text}/${key}`),
    }))
  })
}

/** A module is added to only where it is imported too. */
export const bringModule = (name: string): string => `import type {} from ${JSON.stringify(name)};`

function keysOf(statement: TS.Statement, file: TS.SourceFile): string[] {
  if (ts.isInterfaceDeclaration(statement))
    return statement.members.map((member) => `${statement.name.text}.${member.name?.getText(file) ?? ''}`)
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText(file))
  if (
    ts.isFunctionDeclaration(statement) ||
    ts.isClassDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement)
  )
    return [statement.name?.getText(file) ?? 'default']
  return []
}
