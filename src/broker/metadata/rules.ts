/** The rules of the metadata image. `metadataRules` is the correct book; a mutant replaces one. */

export interface MetadataRules {
  /**
   * What becomes of a node on which a committed record could not be applied. It stops: a node that goes on decides, one
   * day as the active controller, on a state that no other node has. KAFKA-14275.
   */
  readonly afterFailedApply: 'stop' | 'go-on'
}

export const metadataRules: MetadataRules = {
  afterFailedApply: 'stop',
}
