/**
 * The dataset types of the open repository by name: what `get` gives, which keys name one, and whether it is a part of
 * another. While a session runs, the kernel puts the declarations of its repository in the place of this file.
 */
export interface DatasetTypes {}

/** The fields of dimension records, by element. */
export interface DimensionFields {}

/** A collection of the repository; names of others are texts too. */
export type CollectionName = string & {}
