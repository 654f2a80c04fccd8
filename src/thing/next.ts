/** What a thing does after an answer has been understood; the fleet carries it out. */
export const Next = {
  /** Nothing: a request is on its way. */
  none: 0,
  /** The same request again, after a backoff. */
  retry: 1,
  /** Work: on the execution that came, or on the next slice of the one in hand. */
  work: 2,
  /** Nothing is in hand any more. */
  rest: 3,
} as const
