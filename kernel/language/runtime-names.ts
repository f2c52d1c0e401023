/** Names of the compiled cell's two parameters: the runtime it calls and the scope object it shares with other cells. */
export const RUNTIME = '__firstlight'
export const SCOPE = '__scope'
