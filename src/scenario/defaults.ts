/**
 * What a scenario means by what it does not say, in the words of the file. A file of `name`,
 * `fleet.things` and `load` is a fleet of ideal firmware on MQTT, against an account with AWS's
 * quotas, that always has one more job waiting and always succeeds.
 */
export const DEFAULTS = {
  /** Two runs of one file are the same run unless somebody says otherwise. */
  seed: 1,
  namePrefix: 'thing-',
  /** Well below what an account accepts (500/s), so that connecting is not the test. */
  connectRate: '100/s',
  /** T0 comes after this even when things are missing. */
  connectLimit: '2m',
  agent: 'ideal',
  quotas: 'aws',
  /** A bucket holds what one second brings. */
  burst: '1s',
  /** The stand-in answers as fast as it can. */
  latency: '0s',
  /** A service minute takes a minute. */
  minute: '60s',
  faultFrom: '0s',
  jobId: 'job',
  jobDocument: { operation: 'test' },
  /** Short and the same each time, so that what varies in the results came from the service. */
  work: '1s',
  updates: 1,
  succeeded: '100%',
  requestTimeout: '10s',
  /** How long things may finish after the load has ended. */
  drain: '60s',
  rolloutLimit: '20m',
  rolloutPoll: '30s',
  loopPause: '1s',
  /** A generator beyond one of these measures itself and not the service. */
  validity: {
    scheduleLag: '10ms',
    eventLoopUtilisation: '85%',
    loopDelay: '50ms',
    standstill: '500ms',
    cpu: '90%',
    gc: '10%',
    memory: '85%',
    descriptors: '90%',
    intervalCoverage: '99.9%',
    droppedStarts: '0.1%',
    emptyAnswers: '5%',
  },
} as const
