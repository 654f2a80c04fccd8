/**
 * Node opens the files of a program many at once. Measured on Node 20.20 and 24.21: with 100 descriptors
 * most commands do not load, with 110 all do. What a fleet needs on top is checked with its scenario.
 */
const NEEDED = 128

/**
 * Of a program that has not loaded nothing else can say why.
 * @param limit of open files, null where there is none.
 * @returns undefined when it is enough to begin with.
 */
export function descriptorRefusal(limit: number | null): string | undefined {
  if (limit === null || limit >= NEEDED) return undefined
  return (
    `The limit of open files is too low: ${limit} found, ${NEEDED} needed to begin with.\n` +
    `Raise it (ulimit -n ${NEEDED}; LimitNOFILE= in systemd; docker run --ulimit nofile=${NEEDED}); what a fleet needs is told by shakedown doctor.`
  )
}
