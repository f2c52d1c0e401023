/** Layout of the shared buffer that answers the blocking prompt: state (i32), byte length (i32), UTF-8 bytes. */
export const PROMPT_HEAD_BYTES = 8
export const PROMPT_BYTES = 64 * 1024
