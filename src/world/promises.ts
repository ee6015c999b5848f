/**
 * The one bridge from callbacks to promises. Code that runs per request or per batch uses callbacks; loading, and the
 * façades that people program against, may use promises made here, so that the simulator knows after which events
 * there are microtasks to drain.
 */
export interface Promises {
  /** Says that the present event settles a promise. A no-op in a real world. */
  mark(): void
}

/** A promise settled by the callback handed to `start`. It stays pending for ever if the life ends first. */
export function promised<T>(
  promises: Promises,
  start: (done: (error: Error | undefined, value: T) => void) => void,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    start((error, value) => {
      promises.mark()
      if (error === undefined) resolve(value)
      else reject(error)
    })
  })
}
