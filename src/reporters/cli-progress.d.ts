/** What is used of cli-progress 3, which has no types of its own. */
declare module 'cli-progress' {
  export interface SingleBarOptions {
    readonly format?: string
    readonly stream?: NodeJS.WriteStream
    readonly barsize?: number
    readonly hideCursor?: boolean
    readonly clearOnComplete?: boolean
    readonly stopOnComplete?: boolean
    readonly fps?: number
  }
  export class SingleBar {
    constructor(options: SingleBarOptions)
    start(total: number, value: number, payload?: object): void
    setTotal(total: number): void
    update(value: number, payload?: object): void
    stop(): void
  }
}
