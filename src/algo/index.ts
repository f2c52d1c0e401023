export * from './isr/index.ts'
export * from './interp/index.ts'
