import type { AsyncScope, MakeAsyncScope } from '#core'
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

/** A transaction that a user holds open. */
interface Session {
  readonly parent: Session | undefined
}

/** Work that waits for its turn: it may begin when `of` is the innermost open session, or none is and `of` is undefined. */
interface Waiting {
  readonly of: () => Session | undefined
  readonly begin: () => void
}

export interface TransactionOptions {
  /** Tells work inside a session from work beside it; without it whatever runs meanwhile joins the session. */
  readonly makeScope?: MakeAsyncScope | undefined
  /** Called when something was taken back, before anything else begins. */
  readonly rolledBack?: () => void
}

/**
 * Transactions of one connection. Operations go one behind the other. A user's session stays open over several operations,
 * which join it as savepoints, so that one failed operation leaves the others intact; what is begun beside it waits for its
 * end, so that nothing that was reported done is taken back with somebody else's failure.
 */
export class Transactions {
  private readonly connection: SqlConnection
  private readonly scope: AsyncScope<Session> | undefined
  private readonly rolledBack: () => void
  private readonly levels: Level[] = []
  private readonly open: Session[] = []
  private readonly waiting: Waiting[] = []
  private isBusy = false

  constructor(connection: SqlConnection, { makeScope, rolledBack }: TransactionOptions = {}) {
    this.connection = connection
    this.scope = makeScope?.<Session>()
    this.rolledBack = rolledBack ?? (() => {})
  }

  get isOpen(): boolean {
    return this.levels.length > 0
  }

  /** One operation, all or nothing. It must not call `operation` or `session` again: it would wait for itself. */
  async operation<T>(work: (undo: UndoLog) => Promise<T>): Promise<T> {
    const { result, after } = await this.inTurn(this.mine(), async () => {
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

  /** A transaction that stays open while `work` does its operations; one begun in it is nested, and ends before it. */
  async session<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.mine()
    const { level, session } = await this.inTurn(mine, async () => {
      const level = await this.enter()
      const session: Session = { parent: mine() }
      this.open.push(session)
      return { level, session }
    })
    const own = () => session
    let result: T
    let after: readonly CommitAction[]
    try {
      result = await (this.scope === undefined ? work() : this.scope.run(session, work))
      after = await this.inTurn(own, async () => {
        const actions = await this.leave(level)
        this.open.pop()
        return actions
      })
    } catch (error) {
      await this.inTurn(own, () => this.undo(level).finally(() => this.open.pop()))
      throw error
    }
    for (const action of after) await action()
    return result
  }

  /** The session that the caller is in: the nearest that is still open. */
  private mine(): () => Session | undefined {
    const { scope } = this
    if (scope === undefined) return () => this.open.at(-1)
    const begun = scope.current
    return () => {
      let session = begun
      while (session !== undefined && !this.open.includes(session)) session = session.parent
      return session
    }
  }

  private async inTurn<T>(of: () => Session | undefined, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((begin) => {
      this.waiting.push({ of, begin })
      this.next()
    })
    try {
      return await work()
    } finally {
      this.isBusy = false
      this.next()
    }
  }

  private next(): void {
    if (this.isBusy) return
    const innermost = this.open.at(-1)
    const at = this.waiting.findIndex(({ of }) => of() === innermost)
    if (at < 0) return
    this.isBusy = true
    this.waiting.splice(at, 1)[0]!.begin()
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
      this.levels.pop()
      return level.commit
    }
    await this.connection.run(`RELEASE level_${depth}`)
    this.levels.pop()
    const outer = this.levels[depth - 1]!
    outer.undo.push(...level.undo)
    outer.commit.push(...level.commit)
    return []
  }

  private async undo(level: Level): Promise<void> {
    this.levels.pop()
    const depth = this.levels.length
    try {
      if (depth === 0) await this.connection.run('ROLLBACK')
      else {
        await this.connection.run(`ROLLBACK TO level_${depth}`)
        await this.connection.run(`RELEASE level_${depth}`)
      }
      // What cannot be undone must not hide why it should be, nor keep the rest from being undone.
      for (const undo of level.undo.reverse()) await undo().catch(() => undefined)
    } finally {
      this.rolledBack()
    }
  }
}
