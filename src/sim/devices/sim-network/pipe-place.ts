/** What a pipe is part of: which direction of which connection. */
export interface PipePlace {
  /** Node that sends. */
  readonly from: number
  /** Node that receives. */
  readonly to: number
  readonly connection: number
  /** Counts the connections from the opener to the other node, so that draws do not depend on anybody else's. */
  readonly pairOrdinal: number
  /** True for the direction of the side that connected. */
  readonly byOpener: boolean
  /** Port that was connected to. */
  readonly port: number
}
