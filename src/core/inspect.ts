/**
 * Key of the method that gives an object's text in Node's console and REPL (`util.inspect.custom`), so that a log line
 * with a dataset ref in it is a line. A registered symbol: other platforms ignore it.
 */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never
