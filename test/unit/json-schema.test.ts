import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts'

const validate = new Ajv2020({ strict: false }).compile(scenarioJsonSchema())

test.each(['quickstart', 'smoke', 'throttled-account'])(
  'the JSON Schema accepts the shipped scenario %s',
  (name) => {
    const path = new URL(`../../scenarios/${name}.yaml`, import.meta.url)
    validate(parse(readFileSync(path, 'utf8')))
    expect(validate.errors ?? []).toEqual([])
  },
)

test.each([
  { wrong: 'an unknown key', file: { name: 'a', fleet: { things: 1, x: 1 }, load: {} } },
  { wrong: 'no things', file: { name: 'a', fleet: { things: 0 }, load: {} } },
  {
    wrong: 'a bare number as a rate',
    file: { name: 'a', fleet: { things: 1, connect: { rate: 5 } }, load: {} },
  },
  { wrong: 'no name', file: { fleet: { things: 1 }, load: {} } },
])('the JSON Schema refuses $wrong', ({ file }) => {
  expect(validate(file)).toBe(false)
})

test('every key is described', () => {
  const bare: string[] = []
  const walk = (node: unknown, path: string) => {
    if (typeof node !== 'object' || node === null) return
    const { properties = {} } = node as { properties?: Record<string, { description?: string }> }
    for (const [key, property] of Object.entries(properties)) {
      if (property.description === undefined) bare.push(`${path}${key}`)
    }
    for (const [key, child] of Object.entries(node)) walk(child, `${path}${key}.`)
  }
  walk(scenarioJsonSchema(), '')
  expect(bare).toEqual([])
})
