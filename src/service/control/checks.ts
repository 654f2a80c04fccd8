import { asObject, type Members } from '../../protocol/answer-json.ts'
import { invalidRequest, problem } from '../../protocol/parse-request.ts'
import { type Refusal, refusal } from './exceptions.ts'

export interface TextRule {
  /** Characters; 1 when not given. */
  readonly min?: number
  readonly max: number
  readonly pattern?: RegExp
  readonly needed?: true
}

export interface NumberRule {
  readonly min: number
  readonly max: number
  readonly needed?: true
}

/**
 * Reads the members of one request and keeps a sentence for each that is missing, of a wrong type or
 * out of its range, in the words of the service. `null` counts as absent.
 */
export class Checks {
  readonly #problems: string[] = []

  get failed(): boolean {
    return this.#problems.length > 0
  }

  /** To be called when `failed`. */
  refusal(): Refusal {
    return refusal('InvalidRequestException', invalidRequest(this.#problems).message)
  }

  add(value: unknown, field: string, constraint: string): void {
    this.#problems.push(problem(value, field, constraint))
  }

  /** Sentences of another reader. */
  take(problems: readonly string[]): void {
    this.#problems.push(...problems)
  }

  text(value: unknown, field: string, rule: TextRule): string | undefined {
    if (value == null) {
      if (rule.needed) this.add(value, field, 'Member must not be null')
      return undefined
    }
    const { min = 1, max, pattern } = rule
    if (typeof value !== 'string') this.add(value, field, 'Member must be a string')
    else if (value.length < min)
      this.add(value, field, `Member must have length greater than or equal to ${min}`)
    else if (value.length > max)
      this.add(value, field, `Member must have length less than or equal to ${max}`)
    else if (pattern !== undefined && !pattern.test(value))
      this.add(value, field, `Member must satisfy regular expression pattern: ${shown(pattern)}`)
    else return value
    return undefined
  }

  /** As `text`, of a member that must be there. What it returns for a bad one is never used. */
  neededText(value: unknown, field: string, rule: TextRule): string {
    return this.text(value, field, { ...rule, needed: true }) ?? ''
  }

  oneOf<Word extends string>(
    value: unknown,
    field: string,
    words: readonly Word[],
  ): Word | undefined {
    if (value == null) return undefined
    const word = words.find((known) => known === value)
    if (word === undefined)
      this.add(value, field, `Member must satisfy enum value set: [${words.join(', ')}]`)
    return word
  }

  /** A whole number. */
  integer(value: unknown, field: string, rule: NumberRule): number | undefined {
    if (this.#isAbsent(value, field, rule)) return undefined
    if (Number.isInteger(value)) return this.#inRange(value as number, field, rule)
    this.add(value, field, 'Member must be an integer')
    return undefined
  }

  number(value: unknown, field: string, rule: NumberRule): number | undefined {
    if (this.#isAbsent(value, field, rule)) return undefined
    if (Number.isFinite(value)) return this.#inRange(value as number, field, rule)
    this.add(value, field, 'Member must be a number')
    return undefined
  }

  flag(value: unknown, field: string): boolean | undefined {
    if (value == null || typeof value === 'boolean') return value ?? undefined
    this.add(value, field, 'Member must be true or false')
    return undefined
  }

  object(value: unknown, field: string): Members | undefined {
    if (value == null) return undefined
    const members = asObject(value)
    if (members === undefined) this.add(value, field, 'Member must be a structure')
    return members
  }

  list(
    value: unknown,
    field: string,
    length: { readonly min: number; readonly max: number; readonly needed?: true },
  ): readonly unknown[] | undefined {
    if (value == null) {
      if (length.needed) this.add(value, field, 'Member must not be null')
      return undefined
    }
    if (!Array.isArray(value)) this.add(value, field, 'Member must be a list')
    else if (value.length < length.min)
      this.add(value, field, `Member must have length greater than or equal to ${length.min}`)
    else if (value.length > length.max)
      this.add(value, field, `Member must have length less than or equal to ${length.max}`)
    else return value
    return undefined
  }

  /** A map of text to text. */
  textMap(
    value: unknown,
    field: string,
    key: TextRule,
    text: TextRule,
  ): Readonly<Record<string, string>> | undefined {
    const members = this.object(value, field)
    if (members === undefined) return undefined
    for (const [name, content] of Object.entries(members)) {
      this.neededText(name, field, key)
      this.neededText(content, `${field}.${name.slice(0, 80)}`, text)
    }
    return members as Record<string, string>
  }

  #isAbsent(value: unknown, field: string, { needed }: NumberRule): value is null | undefined {
    if (value != null) return false
    if (needed) this.add(value, field, 'Member must not be null')
    return true
  }

  #inRange(value: number, field: string, { min, max }: NumberRule): number | undefined {
    if (value < min)
      this.add(value, field, `Member must have value greater than or equal to ${min}`)
    else if (value > max)
      this.add(value, field, `Member must have value less than or equal to ${max}`)
    else return value
    return undefined
  }
}

/** As the service writes it: without the anchors and the length that the rule states apart. */
function shown({ source }: RegExp): string {
  return source
    .replace(/^\^/, '')
    .replace(/\$$/, '')
    .replace(/\{\d+,\d+\}$/, '+')
}
