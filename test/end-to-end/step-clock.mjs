// Loaded with NODE_OPTIONS=--import into every thread and process of a run: the wall clock is set
// back and forth by an hour twice a second, as a bad time server would. Durations must not notice.
const HOUR_MS = 3_600_000
const bornMs = performance.now()
const trueNow = Date.now

const steppedNow = () => {
  const step = Math.floor((performance.now() - bornMs) / 500) % 2
  return trueNow() + (step === 0 ? HOUR_MS : -HOUR_MS)
}

globalThis.Date = class extends Date {
  constructor(...words) {
    super(...(words.length === 0 ? [steppedNow()] : words))
  }

  static now() {
    return steppedNow()
  }
}
