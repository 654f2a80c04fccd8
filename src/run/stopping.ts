/** `stop`: no new starts, drain, flush, report. `stop-now`: flush what is there and report. */
export type StopRequest = 'stop' | 'stop-now'

/** Somebody's wish to end a run before its plan does. The first asks, the second insists. */
export class Stopping {
  #listener: ((request: StopRequest) => void) | undefined
  #requests = 0

  get requested(): boolean {
    return this.#requests > 0
  }

  /** One listener: the run. A request made before it listens is told at once. */
  onRequest(listener: (request: StopRequest) => void): void {
    this.#listener = listener
    if (this.#requests > 0) listener(this.#requests === 1 ? 'stop' : 'stop-now')
  }

  /** @returns how often it was asked for, this time included. */
  request(): number {
    this.#requests += 1
    if (this.#requests <= 2) this.#listener?.(this.#requests === 1 ? 'stop' : 'stop-now')
    return this.#requests
  }
}
