/**
 * core: what every floor stands on. Brands for identities, assertions, the error base class, logging and progress
 * interfaces, the context that long work takes, byte and file interfaces that platforms implement, canonical JSON.
 * It imports nothing and knows no astronomy. Logger names and levels follow the Rubin stack's (`isr.crosstalk INFO: …`).
 */
export { type Brand, brandAs } from './brand.ts'
export { assert, unreachable } from './assert.ts'
export { FirstlightError, type ErrorOptions, isFirstlightError, messageOf } from './errors.ts'
export type { AsyncScope, MakeAsyncScope } from './async-scope.ts'
export { INSPECT } from './inspect.ts'
export { didYouMean, closest } from './did-you-mean.ts'
export {
  type Logger,
  type LogLevel,
  type LogRecord,
  type LogRecords,
  type LogSink,
  LOG_LEVELS,
  makeLogger,
  silentLog,
  formatShort,
  formatLong,
} from './log.ts'
export {
  type Progress,
  type ProgressEvent,
  type ProgressSink,
  makeProgress,
  silentProgress,
} from './progress.ts'
export { type Context, defaultContext } from './context.ts'
export {
  type ByteSource,
  bytesSource,
  type ChunkSource,
  type FileStat,
  type Files,
  type FileWrite,
} from './files.ts'
export { canonicalJson, type JsonValue } from './json.ts'
export { bigJson, parseBigJson } from './big-json.ts'
export { toBase64, fromBase64, toHex, fromHex, concatBytes } from './bytes.ts'
export { crc32 } from './crc32.ts'
