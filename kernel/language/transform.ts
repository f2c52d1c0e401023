import type TS from 'typescript'
import {
  boundNames,
  hasModifier,
  hasValues,
  isCellVar,
  isCellVariable,
  isLive,
  isUsing,
  isVar,
  nestedVars,
} from './cell-text.ts'
import { ts } from './compiler.ts'
import { assign, constant, inScope, keepInScope, publish, runtimeCall, withoutExport } from './emit-parts.ts'
import { importStatements, isValue } from './import-statements.ts'
import { RUNTIME } from './runtime-names.ts'

const f = ts.factory

export interface TransformInput {
  readonly checker: TS.TypeChecker
  /** Offset where the checker's tail begins; what stands behind it is no code of the user's. */
  readonly tailStart: number
  /** `let` names of this cell's top level, and its `var` names wherever they stand. */
  readonly live: ReadonlySet<string>
  /** Names of earlier cells that are globals. */
  readonly ambient: ReadonlySet<string>
  /** Gets the imported names that are only types: they are in no scope at run time. */
  readonly erased: Set<string>
}

/**
 * Turn a checked cell into the body of an async function: imports become awaited calls, names of earlier cells are read
 * from the scope object, declared names are published to it, the last expression becomes the result. Names of earlier
 * cells that cannot be assigned are copied to constants for top-level code (full speed in loops) and read live inside
 * functions, so that a function sees the newest version of a helper that was run again.
 */
export const cellTransformer =
  (input: TransformInput): TS.TransformerFactory<TS.SourceFile> =>
  (context) =>
  (file) => {
    const rewrite = new Rewriter(input, context)
    const user = file.statements.filter((statement) => statement.pos < input.tailStart)
    const body = user.flatMap((statement, i) => rewrite.statement(statement, i === lastMeaningful(user)))
    const hoisted = user.flatMap((statement) => publishFunction(statement))
    return f.updateSourceFile(file, [...rewrite.prologue(), ...hoisted, ...body])
  }

const lastMeaningful = (statements: readonly TS.Statement[]): number =>
  statements.findLastIndex((statement) => !ts.isEmptyStatement(statement))

function publishFunction(statement: TS.Statement): TS.Statement[] {
  return ts.isFunctionDeclaration(statement) && statement.body !== undefined && statement.name !== undefined
    ? [publish(statement.name.text)]
    : []
}

class Rewriter {
  readonly #input: TransformInput
  readonly #context: TS.TransformationContext
  readonly #copied = new Set<string>()
  readonly #imports: TS.Statement[] = []

  constructor(input: TransformInput, context: TS.TransformationContext) {
    this.#input = input
    this.#context = context
  }

  /** Statements that stand before the cell's own: imports first, then copies of the names it reads. */
  prologue(): TS.Statement[] {
    const copies = [...this.#copied].map((name) => constant(f.createIdentifier(name), inScope(name)))
    return [...this.#imports, ...copies]
  }

  statement(statement: TS.Statement, isLast: boolean): TS.Statement[] {
    if (ts.isImportDeclaration(statement)) return this.#hoist(importStatements(statement, this.#input))
    if (ts.isImportEqualsDeclaration(statement)) return this.#importEquals(statement)
    if (ts.isExportDeclaration(statement)) return []
    if (ts.isExportAssignment(statement)) return this.#result(statement.expression)
    if (isLast && ts.isExpressionStatement(statement)) return this.#result(statement.expression)
    if (ts.isVariableStatement(statement)) return this.#variables(statement)
    const visited = ts.visitNode(withoutExport(statement), (node) => this.#visit(node, false)) as TS.Statement
    return [...nestedVars(statement).map(keepInScope), visited, ...this.#publishAfter(statement)]
  }

  #result(expression: TS.Expression): TS.Statement[] {
    const value = this.#expression(expression, false)
    return [ts.setTextRange(f.createExpressionStatement(runtimeCall('result', [value])), expression)]
  }

  #publishAfter(statement: TS.Statement): TS.Statement[] {
    if (hasModifier(statement, ts.SyntaxKind.DeclareKeyword)) return []
    if (ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement))
      return statement.name === undefined ? [] : [publish(statement.name.text)]
    if (ts.isModuleDeclaration(statement) && ts.isIdentifier(statement.name) && hasValues(statement))
      return [publish(statement.name.text)]
    return []
  }

  #variables(statement: TS.VariableStatement): TS.Statement[] {
    if (hasModifier(statement, ts.SyntaxKind.DeclareKeyword)) return [statement]
    const list = statement.declarationList
    if (isLive(list)) return list.declarations.map((declaration) => this.#liveVariable(declaration))
    const visited = ts.visitNode(withoutExport(statement), (node) => this.#visit(node, false)) as TS.Statement
    if (isUsing(list)) return [visited]
    const names = list.declarations.flatMap((declaration) => boundNames(declaration.name))
    return [visited, ...names.map((name) => publish(name.text))]
  }

  #liveVariable(declaration: TS.VariableDeclaration): TS.Statement {
    const assigned = this.#assignment(declaration)
    if (assigned !== undefined) return ts.setTextRange(f.createExpressionStatement(assigned), declaration)
    const { text } = declaration.name as TS.Identifier
    const isAgain = isVar(declaration.parent as TS.VariableDeclarationList)
    const statement = isAgain ? keepInScope(text) : assign(inScope(text), f.createVoidZero())
    return ts.setTextRange(statement, declaration)
  }

  /** The declaration as the assignment that fills its scope properties; undefined when it has no value. */
  #assignment({ name, initializer }: TS.VariableDeclaration): TS.Expression | undefined {
    if (initializer === undefined) return undefined
    return f.createAssignment(this.#pattern(name), this.#expression(initializer, false))
  }

  /** A `var` list below the top level as assignments. */
  #assignments(list: TS.VariableDeclarationList): TS.Expression | undefined {
    const made = list.declarations
      .map((declaration) => this.#assignment(declaration))
      .filter((assignment) => assignment !== undefined)
    return made.length === 0 ? undefined : made.reduce((before, next) => f.createComma(before, next))
  }

  /** Statements that declare the cell's variables inside a block or loop; undefined for all others. */
  #nestedVariables(node: TS.Node): TS.Node | undefined {
    if (ts.isVariableStatement(node) && isCellVar(node.declarationList)) {
      const assigned = this.#assignments(node.declarationList)
      const made = assigned === undefined ? f.createEmptyStatement() : f.createExpressionStatement(assigned)
      return ts.setTextRange(made, node)
    }
    if (!ts.isVariableDeclarationList(node) || !isCellVar(node)) return undefined
    if (ts.isForStatement(node.parent)) return this.#assignments(node) ?? f.createVoidZero()
    return this.#pattern((node.declarations[0] as TS.VariableDeclaration).name)
  }

  /** A binding pattern as the assignment pattern that fills scope properties. */
  #pattern(name: TS.BindingName): TS.Expression {
    if (ts.isIdentifier(name)) return ts.setTextRange(inScope(name.text), name)
    if (ts.isArrayBindingPattern(name))
      return f.createArrayLiteralExpression(
        name.elements.map((element) => {
          if (ts.isOmittedExpression(element)) return f.createOmittedExpression()
          const target = this.#withDefault(element)
          return element.dotDotDotToken === undefined ? target : f.createSpreadElement(target)
        }),
      )
    return f.createObjectLiteralExpression(
      name.elements.map((element) => {
        if (element.dotDotDotToken !== undefined) return f.createSpreadAssignment(this.#pattern(element.name))
        const key = element.propertyName ?? (element.name as TS.Identifier)
        const property = ts.visitNode(key, (node) =>
          node === element.name ? node : this.#visit(node, false),
        ) as TS.PropertyName
        return f.createPropertyAssignment(property, this.#withDefault(element))
      }),
    )
  }

  #withDefault(element: TS.BindingElement): TS.Expression {
    const target = this.#pattern(element.name)
    return element.initializer === undefined
      ? target
      : f.createAssignment(target, this.#expression(element.initializer, false))
  }

  #hoist(statements: readonly TS.Statement[]): TS.Statement[] {
    this.#imports.push(...statements)
    return []
  }

  #importEquals(statement: TS.ImportEqualsDeclaration): TS.Statement[] {
    const reference = statement.moduleReference
    if (statement.isTypeOnly) return []
    if (!ts.isExternalModuleReference(reference)) {
      if (!isValue(this.#input.checker, statement.name))
        return (this.#input.erased.add(statement.name.text), [])
      const made = constant(statement.name, this.#entity(reference))
      return [ts.setTextRange(made, statement), publish(statement.name.text)]
    }
    const call = f.createCallExpression(f.createIdentifier('require'), undefined, [reference.expression])
    return this.#hoist([
      ts.setTextRange(constant(statement.name, call), statement),
      publish(statement.name.text),
    ])
  }

  /** The value of a namespace's dotted name. */
  #entity(name: TS.EntityName): TS.Expression {
    if (ts.isQualifiedName(name)) return f.createPropertyAccessExpression(this.#entity(name.left), name.right)
    return this.#expression(name, false)
  }

  #expression(node: TS.Expression, nested: boolean): TS.Expression {
    return ts.visitNode(node, (inner) => this.#visit(inner, nested)) as TS.Expression
  }

  #visit(node: TS.Node, nested: boolean): TS.Node {
    if (ts.isIdentifier(node)) return this.#identifier(node, nested)
    if (ts.isExpressionWithTypeArguments(node) && ts.isHeritageClause(node.parent))
      return f.updateExpressionWithTypeArguments(
        node,
        this.#expression(node.expression, nested),
        node.typeArguments,
      )
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return node
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return node
    if (ts.isShorthandPropertyAssignment(node)) return this.#shorthand(node, nested)
    if (ts.isMetaProperty(node) && node.keywordToken === ts.SyntaxKind.ImportKeyword)
      return f.createPropertyAccessExpression(f.createIdentifier(RUNTIME), 'meta')
    if (ts.isCallExpression(node)) return this.#call(node, nested)
    if (ts.isTaggedTemplateExpression(node)) {
      const tag = this.#callee(node.tag, nested)
      const template = ts.visitNode(node.template, (inner) =>
        this.#visit(inner, nested),
      ) as TS.TemplateLiteral
      return f.updateTaggedTemplateExpression(node, tag, node.typeArguments, template)
    }
    const variables = nested ? undefined : this.#nestedVariables(node)
    if (variables !== undefined) return variables
    const inside = nested || ts.isFunctionLike(node) || ts.isPropertyDeclaration(node)
    return ts.visitEachChild(node, (child) => this.#visit(child, inside), this.#context)
  }

  #call(node: TS.CallExpression, nested: boolean): TS.Node {
    const args = node.arguments.map((argument) => this.#expression(argument, nested))
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword) return runtimeCall('importModule', args)
    return ts.isCallChain(node)
      ? f.updateCallChain(
          node,
          this.#callee(node.expression, nested),
          node.questionDotToken,
          node.typeArguments,
          args,
        )
      : f.updateCallExpression(node, this.#callee(node.expression, nested), node.typeArguments, args)
  }

  /** `f(x)` on a scope name must not pass the scope object as `this`. */
  #callee(node: TS.Expression, nested: boolean): TS.Expression {
    const visited = this.#expression(node, nested)
    return ts.isIdentifier(node) && visited !== node && !ts.isIdentifier(visited)
      ? f.createParenthesizedExpression(f.createComma(f.createNumericLiteral(0), visited))
      : visited
  }

  #shorthand(node: TS.ShorthandPropertyAssignment, nested: boolean): TS.Node {
    const symbol = this.#input.checker.getShorthandAssignmentValueSymbol(node)
    const value = this.#reference(node.name, symbol, nested)
    const fallback = node.objectAssignmentInitializer
    if (value === undefined && fallback === undefined) return node
    const target = value ?? f.createIdentifier(node.name.text)
    const whole =
      fallback === undefined ? target : f.createAssignment(target, this.#expression(fallback, nested))
    return ts.setTextRange(f.createPropertyAssignment(f.createIdentifier(node.name.text), whole), node)
  }

  #identifier(node: TS.Identifier, nested: boolean): TS.Node {
    if (
      node.parent === undefined ||
      (ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)
    )
      return node
    return this.#reference(node, this.#input.checker.getSymbolAtLocation(node), nested) ?? node
  }

  /** What stands for a top-level name of this cell's `let` or of an earlier cell; undefined for every other name. */
  #reference(node: TS.Identifier, symbol: TS.Symbol | undefined, nested: boolean): TS.Expression | undefined {
    const declaration = symbol?.declarations?.[0]
    if (declaration === undefined) return undefined
    const isTail =
      declaration.getSourceFile() === node.getSourceFile() && declaration.pos >= this.#input.tailStart
    if (!isTail) {
      const isOwn = this.#input.live.has(node.text) && isCellVariable(declaration)
      return isOwn ? ts.setTextRange(inScope(node.text), node) : undefined
    }
    if (this.#input.ambient.has(node.text)) return undefined
    if (ts.isVariableDeclaration(declaration) || nested) return ts.setTextRange(inScope(node.text), node)
    this.#copied.add(node.text)
    return undefined
  }
}
