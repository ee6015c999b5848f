/** What the process that runs the measured node is asked, and what it answers: plain values, one question at a time. */

/** What a node is started with. */
export interface NodeOptions {
  /** Null for a disk in memory. */
  readonly directory: string | null
  /** Of the controller listener. */
  readonly port: number
  readonly roles: 'controller' | 'broker,controller'
}

export type ControllerJob =
  /** Starts the node, or starts it again on what its disk holds, as after a kill; answered when it is active. */
  | { readonly kind: 'start'; readonly node: NodeOptions }
  /** Watches the event loop from now on. */
  | { readonly kind: 'watch' }
  /** Waits until the loop has nothing to do any more, and tells how long it was held since `watch`. */
  | { readonly kind: 'unwatch' }
  /** Collects garbage, and tells what is left. */
  | { readonly kind: 'measure-heap' }
  /** Writes a snapshot of the node's image, as it does itself when it is time for one. */
  | { readonly kind: 'snapshot' }
  /** Loads the newest snapshot into an image of its own, and tells what that takes. */
  | { readonly kind: 'measure-image' }

export type ControllerAnswer =
  | { readonly kind: 'started'; readonly ms: number }
  | { readonly kind: 'watching' }
  | ({ readonly kind: 'watched' } & Holds)
  | { readonly kind: 'heap'; readonly bytes: number }
  | { readonly kind: 'snapshot'; readonly ms: number; readonly bytes: number }
  | { readonly kind: 'image'; readonly bytes: number }
  | { readonly kind: 'failed'; readonly reason: string }

/** How long an event loop was held at a stretch. */
export interface Holds {
  /** The longest by the wall, in ms: neighbours on the machine count. */
  readonly longestMs: number
  /** The most processor time of the loop's own thread at a stretch, in ms; undefined where the system does not tell. */
  readonly longestCpuMs: number | undefined
}
