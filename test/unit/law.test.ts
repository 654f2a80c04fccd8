import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logNormal, logNormalMeanUs, logNormalMostUs, Z_P95, Z_P99 } from '../../src/clock/law.ts'
import { exponential, inverseNormal, naturalLog } from '../../src/clock/normal.ts'

const unit = fc.double({ min: 1e-10, max: 1 - 1e-10, noNaN: true })

test('logarithm and exponential agree with the built-in ones to the last digits', () => {
  const agree = fc.property(fc.double({ min: -600, max: 600, noNaN: true }), (x) => {
    const built = Math.exp(x)
    expect(Math.abs(exponential(x) / built - 1)).toBeLessThan(2e-13)
    expect(Math.abs(naturalLog(built) - Math.log(built))).toBeLessThan(2e-13)
  })
  fc.assert(agree, { numRuns: 2_000 })
})

test.each([
  { unit: 0.5, z: 0 },
  { unit: 0.95, z: Z_P95 },
  { unit: 0.99, z: Z_P99 },
  { unit: 0.975, z: 1.959963984540054 },
  { unit: 0.001, z: -3.090232306167813 },
  { unit: 1e-9, z: -5.997807015007686 },
  { unit: 1e-12, z: -7.034483825301131 },
])('the normal law has its quantile $unit at $z', ({ unit, z }) => {
  expect(inverseNormal(unit)).toBeCloseTo(z, 12)
})

test('the inverse of the normal law leads back through its integral', () => {
  const leadsBack = fc.property(fc.double({ min: 1e-4, max: 1 - 1e-4, noNaN: true }), (unit) => {
    const z = inverseNormal(unit)
    const steps = 2_000
    let area = 0 // Simpson's rule over the density from 0 to z
    for (let step = 0; step <= steps; step++) {
      const x = (z * step) / steps
      const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2
      area += weight * Math.exp((-x * x) / 2)
    }
    area *= z / steps / 3 / Math.sqrt(2 * Math.PI)
    expect(0.5 + area).toBeCloseTo(unit, 11)
  })
  fc.assert(leadsBack)
})

test.each([
  { name: 'p95', z: Z_P95, quantile: 0.95 },
  { name: 'p99', z: Z_P99, quantile: 0.99 },
])('median and $name of the law are the ones asked for', ({ z, quantile }) => {
  const holds = fc.property(
    fc.integer({ min: 10_000, max: 60_000_000 }),
    fc.double({ min: 1.001, max: 100, noNaN: true }),
    (medianUs, ratio) => {
      const quantileUs = Math.round(medianUs * ratio)
      const law = logNormal(medianUs, quantileUs, z)
      expect(law(0.5)).toBe(medianUs)
      expect(Math.abs(law(quantile) / quantileUs - 1)).toBeLessThanOrEqual(1e-4)
    },
  )
  fc.assert(holds)
})

test('evenly spread draws have the quantiles of the law within 0.1 %', () => {
  const law = logNormal(2_000_000, 8_000_000, Z_P95)
  const count = 100_000
  const drawn = Array.from({ length: count }, (_, index) => law((index + 0.5) / count))
  drawn.sort((one, other) => one - other)
  const sigma = Math.log(4) / Z_P95
  for (const [quantile, z] of [
    [0.5, 0],
    [0.9, 1.2815515655446004],
    [0.95, Z_P95],
    [0.99, Z_P99],
  ] as const) {
    const exact = 2_000_000 * Math.exp(sigma * z)
    expect(Math.abs((drawn[quantile * count] ?? 0) / exact - 1)).toBeLessThan(0.001)
  }
})

test('what is read off the table misses the law by less than 0.01 %, and by nothing on average', () => {
  const held = fc.property(fc.double({ min: 1.001, max: 100, noNaN: true }), unit, (ratio, at) => {
    // So long that whole microseconds do not show.
    const sigma = naturalLog(ratio) / Z_P95
    const longestUs = Number.MAX_SAFE_INTEGER
    const exactUs = Math.min(1e12 * exponential(sigma * inverseNormal(at)), longestUs)
    expect(Math.abs(logNormal(1e12, 1e12 * ratio, Z_P95)(at) / exactUs - 1)).toBeLessThan(1e-4)
  })
  fc.assert(held)
  const law = logNormal(2e9, 8e9, Z_P95)
  const count = 100_000
  let sumUs = 0
  for (let index = 0; index < count; index++) sumUs += law((index + 0.5) / count)
  expect(sumUs / count / logNormalMeanUs(2e9, 8e9, Z_P95)).toBeCloseTo(1, 4)
})

test('a larger draw is never a shorter time', () => {
  const rises = fc.property(unit, unit, (one, other) => {
    const law = logNormal(15_000, 60_000, Z_P99)
    expect(law(Math.min(one, other))).toBeLessThanOrEqual(law(Math.max(one, other)))
  })
  fc.assert(rises)
})

test('the time rises across the seams between the pieces of the approximation', () => {
  const law = logNormal(1e12, 4e12, Z_P95)
  for (const seam of [1 / 32, 31 / 32, 0.075, 0.925, Math.exp(-25), 1 - Math.exp(-25)]) {
    let before = 0
    for (let step = -1_000; step <= 1_000; step++) {
      const us = law(seam * (1 + step * 1e-14))
      expect(us).toBeGreaterThanOrEqual(before)
      before = us
    }
  }
})

test.each([
  { us: 0, why: 'none' },
  { us: 1, why: 'the shortest' },
  { us: 2_500_000, why: 'a plain one' },
])('equal values of $us µs are a fixed duration: $why', ({ us }) => {
  const fixed = fc.property(unit, (at) => {
    expect(logNormal(us, us, Z_P95)(at)).toBe(us)
  })
  fc.assert(fixed)
})

test('times are whole and finite even where the law is absurdly wide', () => {
  const law = logNormal(1, 1e15, Z_P95)
  for (const at of [1e-10, 0.5, 1 - 1e-10]) expect(Number.isSafeInteger(law(at))).toBe(true)
})

test.each([
  { medianUs: 0, quantileUs: 5 },
  { medianUs: 5, quantileUs: 4 },
  { medianUs: Number.NaN, quantileUs: 4 },
])('median $medianUs with quantile $quantileUs is refused', ({ medianUs, quantileUs }) => {
  expect(() => logNormal(medianUs, quantileUs, Z_P95)).toThrow(RangeError)
})

test('the law is the same for ever, bit for bit', () => {
  const law = logNormal(2_000_000, 8_000_000, Z_P95)
  const units = [1e-9, 0.001, 0.05, 0.0750001, 0.25, 0.5, 0.75, 0.925, 0.95, 0.99, 0.999, 1 - 1e-9]
  const bits = (x: number) => {
    const view = new DataView(new ArrayBuffer(8))
    view.setFloat64(0, x)
    return view.getBigUint64(0).toString(16)
  }
  expect(units.map(law)).toMatchInlineSnapshot(`
    [
      12755,
      147885,
      499999,
      594461,
      1132789,
      2000000,
      3531109,
      6728803,
      8000045,
      14208065,
      27048106,
      313607338,
    ]
  `)
  expect(units.map((at) => bits(inverseNormal(at)))).toMatchInlineSnapshot(`
    [
      "c017fdc11f44b5a7",
      "c008b8cbb7204470",
      "bffa515209676abd",
      "bff708516931eed3",
      "bfe5956b87528a49",
      "0",
      "3fe5956b87528a49",
      "3ff7085226d3e524",
      "3ffa515209676ab8",
      "40029c5c4630ff0e",
      "4008b8cbb7204470",
      "4017fdc11f93a211",
    ]
  `)
  expect([1e-6, 0.3, 1.5, 7, 1e6, 1e300].map((x) => bits(naturalLog(x)))).toMatchInlineSnapshot(`
    [
      "c02ba18a998fffa0",
      "bff34378fcbda721",
      "3fd9f323ecbf984c",
      "3fff2272ae325a57",
      "402ba18a998fffa0",
      "4085963447f87fb5",
    ]
  `)
  expect([-30, -1, 1e-6, 0.3, 1, 30].map((x) => bits(exponential(x)))).toMatchInlineSnapshot(`
    [
      "3d3a56e0c2ac7f75",
      "3fd78b56362cef38",
      "3ff000010c6f82d7",
      "3ff599058c8c1a96",
      "4005bf0a8b14576a",
      "42a370470aec28ec",
    ]
  `)
})

test('no draw of a law lasts longer than the longest, and one lasts as long', () => {
  const laws = fc.record({
    medianUs: fc.integer({ min: 1, max: 1e7 }),
    factor: fc.double({ min: 1, max: 1e4, noNaN: true }),
    draw: fc.nat(4_294_967_295),
  })
  const isLongest = fc.property(laws, ({ medianUs, factor, draw }) => {
    const quantileUs = Math.round(medianUs * factor)
    const law = logNormal(medianUs, quantileUs, Z_P99)
    const mostUs = logNormalMostUs(medianUs, quantileUs, Z_P99)
    expect(law((draw + 0.5) / 4_294_967_296)).toBeLessThanOrEqual(mostUs)
    expect(law(4_294_967_295.5 / 4_294_967_296)).toBe(mostUs)
  })
  fc.assert(isLongest)
})
