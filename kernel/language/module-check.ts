import { dirname, relative } from 'node:path'
import type TS from 'typescript'
import type { CellError } from '../protocol/threads.ts'
import { diagnosticsError, isError } from './diagnostics.ts'
import { TYPESCRIPT } from './find-module.ts'
import { localImports } from './local-modules.ts'

/** The first of the notebook's own modules with faults, of those that a cell's text imports directly or through others. */
export function checkModules(program: TS.Program, text: string, folder: string): CellError | undefined {
  if (!/\b(?:import|from|require)\b/.test(text)) return undefined
  const seen = new Set<string>()
  const check = (from: string, at: string): CellError | undefined => {
    for (const path of localImports(from, at).values()) {
      if (seen.has(path)) continue
      seen.add(path)
      const file = TYPESCRIPT.test(path) ? program.getSourceFile(path) : undefined
      if (file === undefined) continue
      const error = check(file.text, dirname(path)) ?? faultsOf(program, file, relative(folder, path))
      if (error !== undefined) return error
    }
    return undefined
  }
  return check(text, folder)
}

function faultsOf(program: TS.Program, file: TS.SourceFile, label: string): CellError | undefined {
  const whole = { source: file.text, toSource: (offset: number) => offset }
  const syntactic = program.getSyntacticDiagnostics(file)
  if (syntactic.length > 0) return diagnosticsError(syntactic, whole, label, 'SyntaxError')
  const semantic = program.getSemanticDiagnostics(file).filter(isError)
  return semantic.length > 0 ? diagnosticsError(semantic, whole, label, 'TypeScriptError') : undefined
}
