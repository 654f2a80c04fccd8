/** Three decimals of a millisecond and of a second; of a share, three decimals of its percent. */
const DECIMALS = 1e3
const SHARE_DECIMALS = 1e5

/** The same value with every number rounded, in the same order of members. */
export function rounded<Value>(value: Value, name = ''): Value {
  if (typeof value === 'number') {
    const decimals = /share$/i.test(name) ? SHARE_DECIMALS : DECIMALS
    return (Math.round(value * decimals) / decimals) as Value
  }
  if (Array.isArray(value)) return value.map((one) => rounded(one, name)) as Value
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, rounded(member, key)])
  return Object.fromEntries(members) as Value
}
