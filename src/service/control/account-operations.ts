import {
  type ControlCall,
  done,
  EMPTY_STRUCTURE,
  type Handlers,
  type Outcome,
} from './control-call.ts'

/** Where MQTT and the data plane over HTTP listen, each as `host:port`. */
export interface Endpoints {
  readonly mqtt: string
  readonly http: string
}

const ENDPOINT_TYPES = ['iot:Data', 'iot:Data-ATS', 'iot:CredentialProvider', 'iot:Jobs'] as const

const EVENT_TYPES = [
  'THING',
  'THING_GROUP',
  'THING_TYPE',
  'THING_GROUP_MEMBERSHIP',
  'THING_GROUP_HIERARCHY',
  'THING_TYPE_ASSOCIATION',
  'JOB',
  'JOB_EXECUTION',
  'POLICY',
  'CERTIFICATE',
  'CA_CERTIFICATE',
] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** Where it is said which events of jobs are published. */
export type EventSetter = (type: 'JOB' | 'JOB_EXECUTION', enabled: boolean, region: string) => void

/** Which events the account publishes; none at first. */
export class EventConfigurations {
  readonly #enabled = new Set<EventType>()
  readonly #publish: EventSetter

  constructor(publish: EventSetter) {
    this.#publish = publish
  }

  isEnabled(type: EventType): boolean {
    return this.#enabled.has(type)
  }

  /** Of all events only those of jobs are published. @param region is named in their ARNs. */
  set(type: EventType, enabled: boolean, region: string): void {
    if (enabled) this.#enabled.add(type)
    else this.#enabled.delete(type)
    if (type === 'JOB' || type === 'JOB_EXECUTION') this.#publish(type, enabled, region)
  }
}

/** DescribeEndpoint and the event configurations. */
export function accountOperations(
  endpoints: (hostName: string | undefined) => Endpoints,
  events: EventConfigurations,
): Handlers {
  return {
    DescribeEndpoint: (call) => describeEndpoint(endpoints(call.hostName), call),
    UpdateEventConfigurations: (call) => updateEvents(events, call),
    DescribeEventConfigurations: () => {
      const rows = EVENT_TYPES.map((type) => [type, { Enabled: events.isEnabled(type) }])
      return done({ eventConfigurations: Object.fromEntries(rows) })
    },
  }
}

/** The stand-in's own address for each kind of endpoint; MQTT clients want the broker's. */
function describeEndpoint({ mqtt, http }: Endpoints, call: ControlCall): Outcome {
  const type = call.queryWord('endpointType', ENDPOINT_TYPES)
  if (call.checks.failed) return call.checks.refusal()
  const isBroker = type === undefined || type.startsWith('iot:Data')
  return done({ endpointAddress: isBroker ? mqtt : http })
}

function updateEvents(
  events: EventConfigurations,
  { members, checks, region }: ControlCall,
): Outcome {
  const field = 'eventConfigurations'
  const changes: [EventType, boolean][] = []
  for (const [name, value] of Object.entries(checks.object(members[field], field) ?? {})) {
    const type = checks.oneOf(name, `${field}.key`, EVENT_TYPES)
    const given = checks.object(value, `${field}.${name}`)
    const enabled = checks.flag(given?.Enabled, `${field}.${name}.Enabled`)
    if (type !== undefined && enabled !== undefined) changes.push([type, enabled])
  }
  if (checks.failed) return checks.refusal()
  for (const [type, enabled] of changes) events.set(type, enabled, region)
  return EMPTY_STRUCTURE
}
