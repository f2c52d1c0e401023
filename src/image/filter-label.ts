/** The pass band: abstract (`r`) and of one instrument (`HSC-R`). */
export interface FilterLabel {
  readonly band?: string
  readonly physical?: string
}
