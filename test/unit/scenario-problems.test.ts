import { expect, test } from 'vitest'
import { ShakedownError } from '../../src/errors.ts'
import { thresholdProblem } from '../../src/metrics/threshold.ts'
import { parseScenario } from '../../src/scenario/parse.ts'

function problems(text: string, set: readonly string[] = []): string[] {
  const threshold = (expression: string) =>
    expression.startsWith('bad') ? `column 1: ${expression} is bad` : undefined
  try {
    parseScenario(text, { fileName: 'f.yaml', threshold, set })
  } catch (error) {
    if (!(error instanceof ShakedownError)) throw error
    expect(error.code).toBe('SCENARIO_INVALID')
    expect(error.hint).not.toBe('')
    return error.message.split('\n').slice(1)
  }
  return []
}

/** A right file, with lines put in the place of one section. */
function withSection(section: string, lines: string): string {
  const sections = new Map([
    ['name', 'name: test'],
    ['fleet', 'fleet: { things: 10 }'],
    ['load', 'load: { arrivals: [{ rate: 1/s, for: 1s }] }'],
  ])
  sections.delete(section)
  return `${lines}\n${[...sections.values()].join('\n')}\n`
}

test('the right file that the rows below change has no problem', () => {
  expect(problems(withSection('none', ''))).toEqual([])
})

test.each([
  { file: '', says: 'f.yaml:1:1: the file is empty; begin with name, fleet and load' },
  { file: '# nothing\n', says: 'f.yaml:1:1: the file is empty; begin with name, fleet and load' },
  { file: '- a\n', says: 'f.yaml:1:1: a scenario is a map with name, fleet and load, not a list' },
  { file: 'hello', says: 'f.yaml:1:1: a scenario is a map with name, fleet and load, not hello' },
  {
    file: 'name: [',
    says: 'f.yaml:1:8: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
  },
  {
    file: 'name: a\n\tfleet: b',
    says: 'f.yaml:2:1: not YAML: Tabs are not allowed as indentation',
  },
  { file: 'name: *who', says: 'f.yaml:1:7: *who repeats nothing: there is no &who before it' },
  {
    file: 'name: !thing a',
    says: 'f.yaml:1:1: fleet: missing (the virtual things)\nf.yaml:1:1: load: missing (one of arrivals, rollout and loop)\nf.yaml:1:7: not YAML: Unresolved tag: !thing',
  },
  { file: '--- a\n--- b\n', says: 'f.yaml:2:1: the file holds more than one document; keep one' },
])('a file that is no scenario at all is refused in words: $file', ({ file, says }) => {
  expect(problems(file).join('\n')).toBe(says)
})

test.each([
  { section: 'name', lines: '', says: 'f.yaml:1:1: name: missing (name of the scenario)' },
  { section: 'name', lines: 'name: 5', says: 'f.yaml:1:7: name: write text, not 5' },
  {
    section: 'name',
    lines: 'name: ""',
    says: 'f.yaml:1:7: name: write at least 1 character, not empty text',
  },
  {
    section: 'name',
    lines: 'name: a\nseeed: 4',
    says: 'f.yaml:2:1: seeed: unknown key; did you mean seed?',
  },
  {
    section: 'name',
    lines: 'name: a\ntopology: 4',
    says: 'f.yaml:2:1: topology: unknown key; there is name, question, seed, service, fleet, agents, jobs, behaviour, load, thresholds and validity',
  },
  {
    section: 'name',
    lines: 'name: a\nseed: -1',
    says: 'f.yaml:2:7: seed: write at least 0, not -1',
  },
  {
    section: 'name',
    lines: 'name: a\nseed: .inf',
    says: 'f.yaml:2:7: seed: write a whole number, not Infinity',
  },
  {
    section: 'name',
    lines: 'name: a\nseed: 1.5',
    says: 'f.yaml:2:7: seed: write a whole number, not 1.5',
  },
  {
    section: 'fleet',
    lines: 'fleet: {}',
    says: 'f.yaml:1:1: fleet.things: missing (how many things the fleet has)',
  },
  { section: 'fleet', lines: 'fleet:', says: 'f.yaml:1:7: fleet: write a map, not nothing' },
  {
    section: 'fleet',
    lines: 'fleet: { things: 0 }',
    says: 'f.yaml:1:18: fleet.things: write at least 1, not 0',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: many }',
    says: 'f.yaml:1:18: fleet.things: write a whole number, not many',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 99999999 }',
    says: 'f.yaml:1:18: fleet.things: write at most 10000000, not 99999999',
  },
  {
    section: 'fleet',
    lines: 'fleet:\n  things: 5\n  conect: { rate: 5/s }',
    says: 'f.yaml:3:3: fleet.conect: unknown key; did you mean connect?',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, namePrefix: "a b" }',
    says: 'f.yaml:1:33: fleet.namePrefix: use letters, digits, colon, underscore and hyphen only, not "a b"',
  },
  {
    section: 'fleet',
    lines: `fleet: { things: 101, namePrefix: ${'p'.repeat(126)} }`,
    says: 'f.yaml:1:35: fleet.namePrefix: makes thing names of 129 characters; at most 128 are allowed, so shorten it by 1',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, connect: { rate: 0/s } }',
    says: 'f.yaml:1:38: fleet.connect.rate: write more than 0/s, not 0/s',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, connect: { rate: 5 } }',
    says: 'f.yaml:1:38: fleet.connect.rate: write 20/s or 500/min, not 5',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, connect: { rate: 5/h } }',
    says: 'f.yaml:1:38: fleet.connect.rate: write 20/s or 500/min, not 5/h',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, connect: { limit: 1000h } }',
    says: 'f.yaml:1:39: fleet.connect.limit: write at most 744h, not 1000h',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, connect: { limit: -1s } }',
    says: 'f.yaml:1:39: fleet.connect.limit: write 250ms, 30s, 5m or 2h, not -1s',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, mix: [] }',
    says: 'f.yaml:1:21: fleet.mix: write at least 1 row, not an empty list',
  },
  {
    section: 'fleet',
    lines:
      'fleet:\n  things: 5\n  mix:\n    - { share: 80%, transport: mqtt }\n    - { share: 10%, transport: http }',
    says: 'f.yaml:3:3: fleet.mix: the shares add up to 90%, not to 100%',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, mix: [{ share: 100%, transport: coap }] }',
    says: 'f.yaml:1:53: fleet.mix.0.transport: write mqtt or http, not coap',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, mix: [{ share: 100%, transport: mqtt, agent: ideel }] }',
    says: 'f.yaml:1:66: fleet.mix.0.agent: unknown agent ideel; did you mean ideal?',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, mix: [{ share: 100%, transport: http, mqtt: { qos: 1 } }] }',
    says: 'f.yaml:1:59: fleet.mix.0.mqtt: means nothing with transport http; leave it out',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, mix: [{ share: 100%, transport: mqtt, mqtt: { qos: 2 } }] }',
    says: 'f.yaml:1:72: fleet.mix.0.mqtt.qos: write 0 or 1, not 2',
  },
  {
    section: 'fleet',
    lines: 'fleet: { things: 5, mix: [{ share: 100%, transport: mqtt, mqtt: { version: 3 } }] }',
    says: 'f.yaml:1:76: fleet.mix.0.mqtt.version: write 3.1.1, 4 or 5, not 3',
  },
  {
    section: 'fleet',
    lines:
      'fleet: { things: 5, mix: [{ share: 100%, transport: mqtt, mqtt: { keepAlive: 1500ms } }] }',
    says: 'f.yaml:1:78: fleet.mix.0.mqtt.keepAlive: write whole seconds, at most 65535s, not 1500ms',
  },
  {
    section: 'fleet',
    lines:
      'fleet: { things: 5, mix: [{ share: 100%, transport: mqtt, mqtt: { subscribe: [a/#/b] } }] }',
    says: 'f.yaml:1:79: fleet.mix.0.mqtt.subscribe.0: write the end of a topic filter, such as notify-next, not "a/#/b"',
  },
  {
    section: 'none',
    lines: 'agents: { ours: { extends: idea1 } }',
    says: 'f.yaml:1:28: agents.ours.extends: unknown agent idea1; did you mean ideal?',
  },
  {
    section: 'none',
    lines: 'agents: { ours: { extends: ours } }',
    says: 'f.yaml:1:28: agents.ours.extends: goes in a circle, back to ours; extend ideal',
  },
  {
    section: 'none',
    lines: 'agents: { ideal: { retry: { kind: none } } }',
    says: 'f.yaml:1:11: agents.ideal: is built in and cannot be changed; choose another name and extend it',
  },
  {
    section: 'none',
    lines: 'agents: { "": {} }',
    says: 'f.yaml:1:11: agents.: no name: write at least 1 character',
  },
  {
    section: 'none',
    lines: 'agents: { ours: { retry: { cap: 500ms } } }',
    says: 'f.yaml:1:19: agents.ours.retry: has a cap below its base; write a cap that is at least the base',
  },
  {
    section: 'none',
    lines: 'behaviour: { retry: { kind: none, attempts: 5 } }',
    says: 'f.yaml:1:45: behaviour.retry.attempts: means nothing with kind none; leave it out',
  },
  {
    section: 'none',
    lines: 'behaviour: { retry: { kind: fixed, cap: 5s } }',
    says: 'f.yaml:1:41: behaviour.retry.cap: means nothing with kind fixed; leave it out',
  },
  {
    section: 'none',
    lines: 'behaviour: { retry: { kind: jitter } }',
    says: 'f.yaml:1:29: behaviour.retry.kind: write full-jitter, fixed or none, not jitter',
  },
  {
    section: 'none',
    lines: 'behaviour: { outcomes: { SUCCEEDED: 97%, FAILED: 2% } }',
    says: 'f.yaml:1:14: behaviour.outcomes: the shares add up to 99%, not to 100%',
  },
  {
    section: 'none',
    lines: 'behaviour: { outcomes: {} }',
    says: 'f.yaml:1:14: behaviour.outcomes: the shares add up to 0%, not to 100%',
  },
  {
    section: 'none',
    lines: 'behaviour: { outcomes: { SUCCEDED: 100% } }',
    says: 'f.yaml:1:26: behaviour.outcomes.SUCCEDED: unknown key; did you mean SUCCEEDED?',
  },
  {
    section: 'none',
    lines: 'behaviour: { work: soon }',
    says: 'f.yaml:1:20: behaviour.work: write 250ms, 30s, 5m or 2h, not soon',
  },
  {
    section: 'none',
    lines: 'behaviour: { work: 5 }',
    says: 'f.yaml:1:20: behaviour.work: write a duration such as 2s, or { median: 2s, p95: 8s }, not 5',
  },
  {
    section: 'none',
    lines: 'behaviour: { work: { median: 8s, p95: 2s } }',
    says: 'f.yaml:1:39: behaviour.work.p95: is below the median; write at least 8s',
  },
  {
    section: 'none',
    lines: 'behaviour: { work: { median: 0s, p95: 2s } }',
    says: 'f.yaml:1:30: behaviour.work.median: is 0s, so p95 can only be 0s too; write a longer median',
  },
  {
    section: 'none',
    lines: 'behaviour: { work: { median: 2s } }',
    says: 'f.yaml:1:14: behaviour.work.p95: missing (one in twenty executions takes longer)',
  },
  {
    section: 'none',
    lines: 'behaviour: { work: { median: 2s, p99: 8s } }',
    says: 'f.yaml:1:14: behaviour.work.p95: missing (one in twenty executions takes longer)\nf.yaml:1:34: behaviour.work.p99: unknown key; did you mean p95?',
  },
  {
    section: 'none',
    lines: 'behaviour: { stepTimeoutMinutes: 0 }',
    says: 'f.yaml:1:34: behaviour.stepTimeoutMinutes: write at least 1, not 0',
  },
  {
    section: 'none',
    lines: 'behaviour: { stepTimeoutMinutes: 5m }',
    says: 'f.yaml:1:34: behaviour.stepTimeoutMinutes: write a whole number, not 5m',
  },
  {
    section: 'none',
    lines: 'behaviour: { requestTimeout: 0s }',
    says: 'f.yaml:1:30: behaviour.requestTimeout: write at least 1ms, not 0s',
  },
  {
    section: 'none',
    lines: 'behaviour: { updates: -1 }',
    says: 'f.yaml:1:23: behaviour.updates: write at least 0, not -1',
  },
  {
    section: 'none',
    lines: 'service: { quotas: awss }',
    says: 'f.yaml:1:20: service.quotas: write aws, unlimited, or a map such as { writes: 200/s }, not awss',
  },
  {
    section: 'none',
    lines: 'service: { quotas: { write: 5/s } }',
    says: 'f.yaml:1:22: service.quotas.write: unknown key; did you mean writes?',
  },
  {
    section: 'none',
    lines: 'service: { quotas: { writes: 5 } }',
    says: 'f.yaml:1:30: service.quotas.writes: write 200/s, 500/min or unlimited, not 5',
  },
  {
    section: 'none',
    lines: 'service: { switches: { throttledStatus: 404 } }',
    says: 'f.yaml:1:41: service.switches.throttledStatus: write 429 or 400, not 404',
  },
  {
    section: 'none',
    lines: 'service: { switches: { throtledStatus: 400 } }',
    says: 'f.yaml:1:24: service.switches.throtledStatus: unknown key; did you mean throttledStatus?',
  },
  {
    section: 'none',
    lines: 'service: { quotas: { burst: 0s } }',
    says: 'f.yaml:1:29: service.quotas.burst: write at least 1ms, not 0s',
  },
  {
    section: 'none',
    lines: 'service: { minute: 0s }',
    says: 'f.yaml:1:20: service.minute: write at least 1ms, not 0s',
  },
  {
    section: 'none',
    lines: 'service: { faults: [{ kind: lost-replies, share: 5% }] }',
    says: 'f.yaml:1:29: service.faults.0.kind: write lost-reply, lost-request, duplicate-reply, internal-error, lost-connection or delayed-notification, not lost-replies',
  },
  {
    section: 'none',
    lines: 'service: { faults: [{ kind: lost-reply, share: 101% }] }',
    says: 'f.yaml:1:48: service.faults.0.share: write at most 100%, not 101%',
  },
  {
    section: 'none',
    lines: 'service: { faults: [{ kind: delayed-notification, share: 5% }] }',
    says: 'f.yaml:1:21: service.faults.0: says no delay; add by, such as by: 5s',
  },
  {
    section: 'none',
    lines: 'service: { faults: [{ kind: lost-reply, share: 5%, by: 5s }] }',
    says: 'f.yaml:1:56: service.faults.0.by: means nothing with kind lost-reply, which delays nothing; leave it out',
  },
  {
    section: 'none',
    lines: 'jobs: [{ document: {} }]',
    says: 'f.yaml:1:8: jobs.0.id: missing (job id)',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a/b }]',
    says: 'f.yaml:1:14: jobs.0.id: use letters, digits, dot, underscore and hyphen only, not a/b',
  },
  {
    section: 'none',
    lines: `jobs: [{ id: ${'j'.repeat(55)} }]`,
    says: 'f.yaml:1:14: jobs.0.id: is 55 characters long; with its number at the end at most 54 fit',
  },
  {
    section: 'none',
    lines: `jobs: [{ id: ${'j'.repeat(63)}, perThing: 1 }]`,
    says: 'f.yaml:1:14: jobs.0.id: is 63 characters long; with its number at the end at most 62 fit',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a }, { id: a }]',
    says: 'f.yaml:1:25: jobs.1.id: is a, which another job is called; choose another',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: v1.2 }, { id: v1_2 }]',
    says: 'f.yaml:1:28: jobs.1.id: is v1_2 on the wire, and so is v1.2; choose another',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, perThing: 0 }]',
    says: 'f.yaml:1:27: jobs.0.perThing: write at least 1, not 0',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, perThing: forever }]',
    says: 'f.yaml:1:27: jobs.0.perThing: write a whole number of at least 1, or endless, not forever',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, document: "{ not json" }]',
    says: 'f.yaml:1:27: jobs.0.document: is neither a map nor JSON text: write one of them, not "{ not json"',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, document: [1] }]',
    says: 'f.yaml:1:17: jobs.0.document: is neither a map nor JSON text: write one of them, not a list',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, document: { x: .nan } }]',
    says: 'f.yaml:1:17: jobs.0.document: holds NaN, which JSON cannot say',
  },
  {
    section: 'none',
    lines: `jobs: [{ id: a, document: { x: ${'é'.repeat(16_381)} } }]`,
    says: 'f.yaml:1:17: jobs.0.document: is 32770 bytes of JSON; the service allows 32768',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, timeout: { inProgressMinutes: 10081 } }]',
    says: 'f.yaml:1:47: jobs.0.timeout.inProgressMinutes: write at most 10080, not 10081',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, rollout: { maximumPerMinute: 1001 } }]',
    says: 'f.yaml:1:46: jobs.0.rollout.maximumPerMinute: write at most 1000, not 1001',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, retry: { ALL: 6, FAILED: 5 } }]',
    says: 'f.yaml:1:17: jobs.0.retry: comes to 11 retries; the service allows 10 in all',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, retry: {} }]',
    says: 'f.yaml:1:17: jobs.0.retry: has one or two of FAILED, TIMED_OUT and ALL',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, retry: { TIMED_OUT: 1 } }]',
    says: 'f.yaml:1:37: jobs.0.retry.TIMED_OUT: needs a timeout of the job; write timeout.inProgressMinutes',
  },
  {
    section: 'none',
    lines:
      'jobs: [{ id: a, perThing: endless, abort: [{ failure: ALL, share: 5%, minThings: 1 }] }]',
    says: 'f.yaml:1:36: jobs.0.abort: is for a job that has an end; write a number for perThing',
  },
  {
    section: 'none',
    lines: 'jobs: [{ id: a, rollout: { exponential: { basePerMinute: 50, factor: 2 } } }]',
    says: 'f.yaml:1:28: jobs.0.rollout.exponential: says when the rate rises; write everyNotified or everySucceeded',
  },
  {
    section: 'none',
    lines:
      'jobs: [{ id: a, rollout: { exponential: { basePerMinute: 50, factor: 1.25, everyNotified: 9 } } }]',
    says: 'f.yaml:1:70: jobs.0.rollout.exponential.factor: write it with one decimal, not 1.25',
  },
  {
    section: 'none',
    lines: 'thresholds: [good < 5, bad < 5]',
    says: 'f.yaml:1:24: thresholds.1: column 1: bad < 5 is bad',
  },
  {
    section: 'none',
    lines: 'thresholds: good < 5',
    says: 'f.yaml:1:13: thresholds: write a list, not "good < 5"',
  },
  {
    section: 'load',
    lines: 'load: {}',
    says: 'f.yaml:1:1: load: is empty; give one of arrivals, rollout and loop',
  },
  {
    section: 'load',
    lines: 'load: { drain: 5s }',
    says: 'f.yaml:1:1: load: is empty; give one of arrivals, rollout and loop',
  },
  {
    section: 'load',
    lines: 'load: { arivals: [] }',
    says: 'f.yaml:1:9: load.arivals: unknown key; did you mean arrivals?',
  },
  {
    section: 'load',
    lines: 'load: { arrivals: [] }',
    says: 'f.yaml:1:9: load.arrivals: write at least 1 row, not an empty list',
  },
  {
    section: 'load',
    lines: 'load: { rollout: {}, loop: { for: 1s } }',
    says: 'f.yaml:1:1: load: has rollout and loop; keep one of them',
  },
  {
    section: 'load',
    lines: 'load: { rollout: { poll: 1ms } }',
    says: 'f.yaml:1:26: load.rollout.poll: write at least 100ms, not 1ms',
  },
  {
    section: 'load',
    lines: 'load: { rollout: {} }\njobs: [{ id: a, perThing: endless }]',
    says: 'f.yaml:2:27: jobs.0.perThing: cannot be endless with a rollout, which ends when every execution is terminal; write a number',
  },
  {
    section: 'load',
    lines: 'load: { loop: {} }',
    says: 'f.yaml:1:9: load.loop.for: missing (how long things go round)',
  },
  {
    section: 'load',
    lines: 'load: { arrivals: [{ rate: 1/s, from: 1/s, to: 2/s, for: 1s }] }',
    says: 'f.yaml:1:20: load.arrivals.0: has a rate and an end of a ramp; give either rate, or from and to',
  },
  {
    section: 'load',
    lines: 'load: { arrivals: [{ from: 1/s, for: 1s }] }',
    says: 'f.yaml:1:20: load.arrivals.0: is half a ramp; add to, or give rate alone',
  },
  {
    section: 'load',
    lines: 'load: { arrivals: [{ for: 1s }] }',
    says: 'f.yaml:1:20: load.arrivals.0: has no rate; give either rate, or from and to',
  },
  {
    section: 'load',
    lines: 'load: { arrivals: [{ rate: 1/s }] }',
    says: 'f.yaml:1:20: load.arrivals.0.for: missing (how long the phase takes)',
  },
  {
    section: 'load',
    lines:
      'load:\n  arrivals:\n    - { name: a, rate: 1/s, for: 1s }\n    - { name: a, rate: 1/s, for: 1s }',
    says: 'f.yaml:4:15: load.arrivals.1.name: is a, which another phase is called; choose another',
  },
  {
    section: 'load',
    lines: 'load: { arrivals: [{ rate: 1000000/s, for: 1h }] }',
    says: 'f.yaml:1:9: load.arrivals: plans 3600000000 starts; at most 1000000000 are allowed',
  },
  {
    section: 'load',
    lines: 'load: { arrivals: [5] }',
    says: 'f.yaml:1:20: load.arrivals.0: write a map, not 5',
  },
])('a file with $lines is refused in words', ({ section, lines, says }) => {
  expect(problems(withSection(section, lines)).join('\n')).toBe(says)
})

test('every problem is told at once, in the order of the file, whatever else is wrong', () => {
  const file = `name: many
fleet:
  things: 0
  mix:
    - { share: 80%, transport: mqtt, agent: ideel, colour: red }
    - { share: 10%, transport: http }
behaviour:
  outcomes: { SUCCEEDED: 50% }
  wrok: 5s
load:
  arrivals:
    - { from: 1/s, for: 5 }
thresholds: [bad < 1]
`
  expect(problems(file)).toEqual([
    'f.yaml:3:11: fleet.things: write at least 1, not 0',
    'f.yaml:4:3: fleet.mix: the shares add up to 90%, not to 100%',
    'f.yaml:5:45: fleet.mix.0.agent: unknown agent ideel; did you mean ideal?',
    'f.yaml:5:52: fleet.mix.0.colour: unknown key; there is share, transport, agent and mqtt',
    'f.yaml:8:3: behaviour.outcomes: the shares add up to 50%, not to 100%',
    'f.yaml:9:3: behaviour.wrok: unknown key; did you mean work?',
    'f.yaml:12:7: load.arrivals.0: is half a ramp; add to, or give rate alone',
    'f.yaml:12:25: load.arrivals.0.for: write 250ms, 30s, 5m or 2h, not 5',
    'f.yaml:13:14: thresholds.0: column 1: bad < 1 is bad',
  ])
})

test('a key that is written twice is told beside all the rest', () => {
  const file = 'name: a\nfleet: { things: 0 }\nname: b\nload: { rollout: {} }\n'
  expect(problems(file)).toEqual([
    'f.yaml:2:18: fleet.things: write at least 1, not 0',
    'f.yaml:3:1: name is written twice in the same map; keep one',
  ])
})

test('agents that extend each other in a circle are told, each', () => {
  const file = withSection(
    'none',
    'agents:\n  a: { extends: b }\n  b: { extends: c }\n  c: { extends: b }',
  )
  expect(problems(file)).toEqual([
    'f.yaml:3:17: agents.b.extends: goes in a circle, back to b; extend ideal',
    'f.yaml:4:17: agents.c.extends: goes in a circle, back to c; extend ideal',
  ])
})

test.each([
  { set: 'fleet.things=0', says: '--set fleet.things=0: fleet.things: write at least 1, not 0' },
  {
    set: 'fleet.thing=5',
    says: '--set fleet.thing=5: fleet.thing: unknown key; did you mean things?',
  },
  { set: 'fleet.things', says: '--set fleet.things: write path=value, such as fleet.things=500' },
  { set: '=5', says: '--set =5: write path=value, such as fleet.things=500' },
  { set: 'a..b=5', says: '--set a..b=5: write path=value, such as fleet.things=500' },
  { set: 'name.x=5', says: '--set name.x=5: name is test and has no x' },
  {
    set: 'load.arrivals.2.rate=5/s',
    says: '--set load.arrivals.2.rate=5/s: load.arrivals has 1 row, counted from 0; one more can be added at 1',
  },
  {
    set: 'load.arrivals.first.rate=5/s',
    says: '--set load.arrivals.first.rate=5/s: load.arrivals has 1 row, counted from 0; one more can be added at 1',
  },
  {
    set: 'load.arrivals.0.name.x.y=5',
    says: '--set load.arrivals.0.name.x.y=5: load.arrivals.0.name: write text, not a map',
  },
  {
    set: 'fleet.mix=[',
    says: '--set fleet.mix=[: the value is not YAML: Flow sequence must end with a ]',
  },
  {
    set: 'fleet.mix.0={ share: 50%, transport: mqtt }',
    says: '--set fleet.mix.0={ share: 50%, transport: mqtt }: fleet.mix: the shares add up to 50%, not to 100%',
  },
  {
    set: 'jobs.1.id=fw',
    says: '--set jobs.1.id=fw: jobs has 0 rows, counted from 0; one more can be added at 0',
  },
  {
    set: 'seed=9007199254740993',
    says: '--set seed=9007199254740993: seed: write at most 4294967295, not 9007199254740992',
  },
])('the override $set is told by its own words', ({ set, says }) => {
  expect(problems(withSection('none', ''), [set])).toEqual([says])
})

test('a problem of the file keeps its place when other values are overridden', () => {
  expect(problems(withSection('name', 'name: 5'), ['seed=2'])).toEqual([
    'f.yaml:1:7: name: write text, not 5',
  ])
})

test('a problem behind an alias is told, and an anchor may be used twice', () => {
  const shared = 'load: { arrivals: [&one { rate: 1/s, for: 1s, name: a }, *one] }'
  expect(problems(withSection('load', shared))).toEqual([
    'f.yaml:1:53: load.arrivals.1.name: is a, which another phase is called; choose another',
  ])
})

test('aliases that multiply without bound are refused', () => {
  const levels = Array.from(
    { length: 12 },
    (_, level) => `l${level + 1}: &l${level + 1} [${Array(10).fill(`*l${level}`).join(', ')}]`,
  )
  const [only] = problems(['l0: &l0 [x]', ...levels].join('\n'))
  expect(only).toMatch(/aliases multiply into too many values; write them out$/)
})

test.each([
  { what: 'brackets', text: 'x: '.concat('['.repeat(20_000)) },
  { what: 'closed brackets', text: `x: ${'['.repeat(10_000)}${']'.repeat(10_000)}` },
  { what: 'maps', text: `x: ${'{a: '.repeat(10_000)}1${'}'.repeat(10_000)}` },
])('ten thousand $what within each other are a problem and no crash', ({ text }) => {
  expect(problems(text).join()).toMatch(/nested too deep|not YAML/)
})

test('a deep document in a right file is a problem and no crash', () => {
  const document = `${'{a: '.repeat(3_000)}1${'}'.repeat(3_000)}`
  const told = problems(withSection('none', `jobs: [{ id: a, document: ${document} }]`))
  for (const line of told) expect(line).toMatch(/nested too deep/)
})

test('a file of more than a megabyte is not read', () => {
  expect(problems(`# ${'x'.repeat(1_048_576)}`)).toEqual([
    'f.yaml:1:1: the file is 1048578 bytes; a scenario may have 1048576',
  ])
})

test('of a thousand problems a hundred are told and the rest is counted', () => {
  const rows = Array.from({ length: 1_000 }, (_, index) => `  - { name: p${index}, for: 1s }`)
  const told = problems(withSection('load', `load:\n arrivals:\n${rows.join('\n')}`))
  expect(told).toHaveLength(101)
  expect(told.at(-1)).toBe('and 900 more')
})

test('Windows line ends and a byte order mark change no place', () => {
  const file = `\uFEFF${withSection('fleet', 'fleet: { things: 0 }').replaceAll('\n', '\r\n')}`
  expect(problems(file)).toEqual(['f.yaml:1:18: fleet.things: write at least 1, not 0'])
})

test.each([
  ['5', 'thresholds.0: write a threshold such as update.response.p99 < 250ms, or { abort:'],
  ['{ abort: true }', 'thresholds.0'],
  ['{ abort: update.lsot == 0 }', 'thresholds.0.abort: column 1: there is no metric update.lsot'],
  [
    '{ expression: update.lost, abort: true }',
    'thresholds.0.expression: column 12: expected one of',
  ],
  [
    '{ expression: update.lost == 0, abort: maybe }',
    'thresholds.0.expression: does not go with abort: maybe; correct that, or leave one of them out',
  ],
  [
    '{ expression: update.lost == 0, wait: 5s }',
    'thresholds.0.wait: unknown key; there is abort and expression',
  ],
  ['{ abort: arrivals.started > 5 }', 'thresholds.0.abort: column 18: a count only grows'],
  [
    'update.lost == 0 over phase pahse-1',
    'thresholds.0: column 29: there is no phase pahse-1; the nearest is phase-1',
  ],
])('the threshold %s is refused with its place', (row, says) => {
  const text = `name: a\nfleet: { things: 3 }\nload: { arrivals: [{ rate: 1/s, for: 9s }] }\nthresholds: [${row}]`

  expect(() => parseScenario(text, { fileName: 'f.yaml', threshold: thresholdProblem })).toThrow(
    `f.yaml:4`,
  )
  expect(() => parseScenario(text, { fileName: 'f.yaml', threshold: thresholdProblem })).toThrow(
    says,
  )
})

test('a merge key of YAML 1.1 is told what YAML 1.2 has instead, which works', () => {
  const row = '&mqtt { share: 50%, transport: mqtt }'
  const fleet = (other: string) =>
    withSection('fleet', `fleet: { things: 10, mix: [${row}, ${other}] }`)

  expect(problems(fleet('{ <<: *mqtt }'))).toContainEqual(
    expect.stringMatching(/^f\.yaml:1:\d+: fleet\.mix\.1\.<<: maps are not merged in YAML 1\.2; /),
  )
  expect(problems(fleet('*mqtt'))).toEqual([])
})
