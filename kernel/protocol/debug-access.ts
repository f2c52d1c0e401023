/** Expression that reaches what the execution thread shows to the debugger (execute/debug-access.ts). */
export const DEBUG_ACCESS = "globalThis[Symbol.for('firstlight.debug')]"
