import type { SqlConnection } from './driver.ts'

/** Undone in reverse order when a transaction fails: files that were written. */
export interface UndoLog {
  /** Called when the transaction is rolled back. */
  onRollback(undo: () => Promise<void>): void
  /** Called after the outermost commit. */
  onCommit(action: () => Promise<void>): void
}

type CommitAction = () => Promise<void>

interface Level {
  readonly undo: CommitAction[]
  readonly commit: CommitAction[]
}

/**
 * Transactions of one connection. Operations are queued one behind the other; a user's transaction stays open over several
 * operations, which join it as savepoints, so that one failed operation leaves the others intact.
 */
export class Transactions {
  private readonly connection: SqlConnection
  private readonly levels: Level[] = []
  private readonly waiting: (() => void)[] = []
  private tail: Promise<void> = Promise.resolve()

  constructor(connection: SqlConnection) {
    this.connection = connection
  }

  get isOpen(): boolean {
    return this.levels.length > 0
  }

  /** One operation, all or nothing. It must not call `operation` or `session` again: it would wait for itself. */
  async operation<T>(work: (undo: UndoLog) => Promise<T>): Promise<T> {
    const { result, after } = await this.queued(async () => {
      const level = await this.enter()
      try {
        const result = await work({
          onRollback: (f) => level.undo.push(f),
          onCommit: (f) => level.commit.push(f),
        })
        return { result, after: await this.leave(level) }
      } catch (error) {
        await this.undo(level)
        throw error
      }
    })
    for (const action of after) await action()
    return result
  }

  /** A transaction that stays open while `work` does its operations; one begun meanwhile is nested in it and ends before it. */
  async session<T>(work: () => Promise<T>): Promise<T> {
    const level = await this.queued(() => this.enter())
    let result: T
    let after: readonly CommitAction[]
    try {
      result = await work()
      await this.untilInnermost(level)
      after = await this.queued(() => this.leave(level))
    } catch (error) {
      await this.untilInnermost(level)
      await this.queued(() => this.undo(level))
      throw error
    }
    for (const action of after) await action()
    return result
  }

  private queued<T>(work: () => Promise<T>): Promise<T> {
    const result = this.tail.then(work)
    this.tail = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  private async enter(): Promise<Level> {
    const depth = this.levels.length
    if (depth === 0) await this.connection.begin()
    else await this.connection.run(`SAVEPOINT level_${depth}`)
    const level: Level = { undo: [], commit: [] }
    this.levels.push(level)
    return level
  }

  /** Gives what is to be done after the outermost commit, outside the queue. */
  private async leave(level: Level): Promise<readonly CommitAction[]> {
    const depth = this.levels.length - 1
    if (depth === 0) {
      await this.connection.run('COMMIT')
      this.pop()
      return level.commit
    }
    await this.connection.run(`RELEASE level_${depth}`)
    this.pop()
    const outer = this.levels[depth - 1]!
    outer.undo.push(...level.undo)
    outer.commit.push(...level.commit)
    return []
  }

  private async undo(level: Level): Promise<void> {
    this.pop()
    const depth = this.levels.length
    if (depth === 0) await this.connection.run('ROLLBACK')
    else {
      await this.connection.run(`ROLLBACK TO level_${depth}`)
      await this.connection.run(`RELEASE level_${depth}`)
    }
    for (const undo of level.undo.reverse()) await undo()
  }

  private async untilInnermost(level: Level): Promise<void> {
    while (this.levels.includes(level) && this.levels.at(-1) !== level)
      await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  private pop(): void {
    this.levels.pop()
    for (const resume of this.waiting.splice(0)) resume()
  }
}
