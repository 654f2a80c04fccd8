import type { JobsNotification, JobsRequest, Operation, Reply } from '../protocol/jobs.ts'

/**
 * The way to the jobs service. A thing is an index (the slot in its shard); a token is the sender's
 * name for a request, unique within the thing. Nothing here is a promise and nothing throws for what
 * a network does.
 */
export interface Link {
  /** Begins to connect. It ends in `connected` or in `dropped`. */
  connect(thing: number): void
  /** Asks for the thing's filters. Only on a connected thing; it ends in `subscribed` or `dropped`. */
  subscribe(thing: number): void
  send(thing: number, operation: Operation, token: number, request: JobsRequest): void
  /** The answer is no longer awaited. Where it would block the way for the next request, the
   *  connection under it is given up quietly. A late answer may still come where it would not. */
  cancel(thing: number, token: number): void
  /** Closes in good order, quietly: no call for this thing follows, not even `dropped`. */
  close(thing: number): void
}

/** Only `sent` may come while a call of ours still runs, and nothing at all comes after `close`. */
export interface LinkSink {
  /**
   * One handshake has ended: CONNECT to CONNACK, or for HTTP the opening of one more socket.
   * @param failure undefined when it worked, else its cause (`timeout`, `ECONNREFUSED`, a CONNACK code).
   */
  handshake(thing: number, beganUs: number, nowUs: number, failure: string | undefined): void
  /** The thing may send. */
  connected(thing: number, nowUs: number): void
  /** @param granted filters granted, @param refused filters refused. */
  subscribed(thing: number, granted: number, refused: number, nowUs: number): void
  /** The bytes of the request went to the socket. */
  sent(thing: number, token: number, nowUs: number): void
  /**
   * Also told, without a token, for what is neither an answer nor a notification that was asked for:
   * nothing that comes is lost to the count.
   * @param token undefined when the answer names none (or none of ours), or does not stand where the
   *   answer to that request would.
   * @param nowUs when it came, as near as can be known; it may be handled milliseconds later.
   */
  answered(thing: number, token: number | undefined, reply: Reply, nowUs: number): void
  notified(thing: number, notification: JobsNotification, nowUs: number): void
  /** The connection is gone, or could not be made. `connect` is needed before anything else. */
  dropped(thing: number, cause: string, nowUs: number): void
}
