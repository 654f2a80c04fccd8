import * as z from 'zod'
import type { Path } from './problem.ts'
import { scenarioSchema } from './schema.ts'

/** The part of JSON Schema that ours uses. */
interface Node {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly additionalProperties?: boolean | Node
  readonly items?: Node
  readonly anyOf?: readonly Node[]
}

let made: Node | undefined

/** The scenario file as JSON Schema (2020-12), for editors that complete and explain keys. */
export function scenarioJsonSchema(): object {
  made ??= z.toJSONSchema(scenarioSchema, { io: 'input' }) as Node
  return { $id: 'shakedown-scenario', title: 'Shakedown scenario', ...made }
}

/** The keys a map may have at this path; none where keys are free or there is no map. */
export function knownKeys(path: Path): string[] {
  return nodesAt(path).flatMap((node) => Object.keys(node.properties ?? {}))
}

/** What the value at this path is, in words. */
export function descriptionAt(path: Path): string | undefined {
  return nodesAt(path, false).find((node) => node.description !== undefined)?.description
}

/** Whether the value at this path can be nothing but text. */
export function isText(path: Path): boolean {
  return isOnly('string', path)
}

/** Whether the value at this path can be nothing but a whole number. */
export function isWhole(path: Path): boolean {
  return isOnly('integer', path)
}

/** Whether the value at this path can be nothing but a list. */
export function isList(path: Path): boolean {
  return isOnly('array', path)
}

function isOnly(type: string, path: Path): boolean {
  const nodes = nodesAt(path)
  return nodes.length > 0 && nodes.every((node) => node.type === type)
}

/** Several where there is a choice. @param choices whether the last node's choices are meant. */
function nodesAt(path: Path, choices = true): Node[] {
  let nodes = [scenarioJsonSchema() as Node]
  for (const step of path) nodes = nodes.flatMap(opened).flatMap((node) => child(node, step))
  return choices ? nodes.flatMap(opened) : nodes
}

function opened(node: Node): readonly Node[] {
  return node.anyOf === undefined ? [node] : node.anyOf.flatMap(opened)
}

function child(node: Node, step: string | number): Node[] {
  if (node.properties !== undefined && Object.hasOwn(node.properties, step)) {
    const property = node.properties[step]
    return property === undefined ? [] : [property]
  }
  if (node.items !== undefined && /^\d+$/.test(String(step))) return [node.items]
  return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : []
}
