/** Where a value stands in a scenario: names of members and indexes of rows, from the top. */
export type Path = readonly (string | number)[]

/** Something that is wrong with a scenario, as a sentence that says the value and the cure. */
export interface Problem {
  readonly path: Path
  readonly text: string
  /** The key itself is wrong, not its value. */
  readonly atKey?: boolean
}

/** How rules report. */
export type Tell = (path: Path, text: string) => void

/** A path as `--set` takes it: `fleet.mix.0.share`. */
export function pathText(path: Path): string {
  return path.map(String).join('.')
}
