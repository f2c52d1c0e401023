declare const brand: unique symbol

/** A primitive that carries its identity, so that a visit number cannot stand where a detector number is wanted. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name }

/** The one cast that makes a branded value; call it from the identity's own checking constructor only. */
export const brandAs = <B extends Brand<unknown, string>>(value: unknown): B => value as B
