/** How many points in time a simulation goes on between two looks at signals and progress: some milliseconds. */
export const SLICE = 20_000

/** Between two slices: what has come for the process meanwhile, a Ctrl-C too, is heard. */
export function nextTurn(): Promise<void> {
  return new Promise(setImmediate)
}
