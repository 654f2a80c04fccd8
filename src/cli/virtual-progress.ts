import { systemClock } from '../clock/clock.ts'

/** On a terminal the one line is drawn anew; a log gets one now and then. */
const TERMINAL_EVERY_US = 250_000
const LOG_EVERY_US = 10_000_000

/** How far a virtual run has come, on standard error. */
export class VirtualProgress {
  readonly #quiet: boolean
  readonly #isTerminal = process.stderr.isTTY === true
  readonly #beganUs = systemClock.nowUs()
  #nextUs = this.#beganUs
  #isDrawn = false

  constructor({ quiet }: { readonly quiet: boolean }) {
    this.#quiet = quiet
    if (!this.#isTerminal) this.#nextUs += LOG_EVERY_US
  }

  begin(folder: string): void {
    if (!this.#quiet) process.stderr.write(`in virtual time\nrun folder ${folder}\n`)
  }

  show({ nowUs, events }: { readonly nowUs: number; readonly events: number }): void {
    const atUs = systemClock.nowUs()
    if (this.#quiet || atUs < this.#nextUs) return
    this.#nextUs = atUs + (this.#isTerminal ? TERMINAL_EVERY_US : LOG_EVERY_US)
    const taken = ((atUs - this.#beganUs) / 1e6).toFixed(0)
    const line = `virtual ${clockText(nowUs)}  ${events.toLocaleString('en')} events  in ${taken} s`
    process.stderr.write(this.#isTerminal ? `\r\u001b[2K${line}` : `${line}\n`)
    this.#isDrawn = true
  }

  end(): void {
    if (this.#isDrawn && this.#isTerminal) process.stderr.write('\n')
  }
}

/** `26:05:00`. */
function clockText(us: number): string {
  const seconds = Math.floor(us / 1e6)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
