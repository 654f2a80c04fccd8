/** The operations of the control plane: where each is, and how often a second (protocol 4.2, 5.1, 5.3). */

export interface Route {
  readonly operation: string
  readonly method: string
  /** Levels in braces are names. */
  readonly levels: readonly string[]
  /** Of an account in a large Region. undefined: AWS names no rate. */
  readonly perSecond: number | undefined
}

export interface Match {
  readonly route: Route
  readonly path: Readonly<Record<string, string>>
}

/** A literal level stands before a name at its place, so that it is found first. */
const TABLE = `
  GET      - ListPrincipalThings          /principals/things
  GET      - ListThingGroupsForThing      /things/{thingName}/thing-groups
  GET      - ListThingGroups              /thing-groups
  GET      - DescribeCertificate          /certificates/{certificateId}
  GET      - ListCertificates             /certificates
  GET      - GetPolicy                    /policies/{policyName}
  GET      - ListPolicies                 /policies
  POST     - ListAttachedPolicies         /attached-policies/{target}
  POST     - ListTargetsForPolicy         /policy-targets/{policyName}
  POST   100 CreateThing                  /things/{thingName}
  DELETE 100 DeleteThing                  /things/{thingName}
  GET    350 DescribeThing                /things/{thingName}
  GET     10 ListThings                   /things
  PUT    100 AttachThingPrincipal         /things/{thingName}/principals
  DELETE 100 DetachThingPrincipal         /things/{thingName}/principals
  GET     20 ListThingPrincipals          /things/{thingName}/principals
  PUT    100 AddThingToThingGroup         /thing-groups/addThingToThingGroup
  PUT    100 RemoveThingFromThingGroup    /thing-groups/removeThingFromThingGroup
  POST    25 CreateThingGroup             /thing-groups/{thingGroupName}
  DELETE  15 DeleteThingGroup             /thing-groups/{thingGroupName}
  GET    100 DescribeThingGroup           /thing-groups/{thingGroupName}
  GET     25 ListThingsInThingGroup       /thing-groups/{thingGroupName}/things
  POST    10 CreateKeysAndCertificate     /keys-and-certificate
  POST    10 RegisterCertificate          /certificate/register
  POST    10 RegisterCertificateWithoutCA /certificate/register-no-ca
  PUT     10 UpdateCertificate            /certificates/{certificateId}
  DELETE  10 DeleteCertificate            /certificates/{certificateId}
  POST    10 CreatePolicy                 /policies/{policyName}
  DELETE  10 DeletePolicy                 /policies/{policyName}
  PUT     15 AttachPolicy                 /target-policies/{policyName}
  POST    15 DetachPolicy                 /target-policies/{policyName}
  GET     10 DescribeEndpoint             /endpoint
  PATCH    - UpdateEventConfigurations    /event-configurations
  GET      - DescribeEventConfigurations  /event-configurations
  PUT     10 CreateJob                    /jobs/{jobId}
  GET     10 DescribeJob                  /jobs/{jobId}
  PATCH   10 UpdateJob                    /jobs/{jobId}
  DELETE  10 DeleteJob                    /jobs/{jobId}
  PUT     10 CancelJob                    /jobs/{jobId}/cancel
  GET     10 ListJobs                     /jobs
  GET     10 GetJobDocument               /jobs/{jobId}/job-document
  GET     10 ListJobExecutionsForJob      /jobs/{jobId}/things
  POST    10 AssociateTargetsWithJob      /jobs/{jobId}/targets
  GET     10 ListJobExecutionsForThing    /things/{thingName}/jobs
  GET     10 DescribeJobExecution         /things/{thingName}/jobs/{jobId}
  PUT     10 CancelJobExecution           /things/{thingName}/jobs/{jobId}/cancel
  DELETE  10 DeleteJobExecution           /things/{thingName}/jobs/{jobId}/executionNumber/{executionNumber}
`

export const ROUTES: readonly Route[] = TABLE.trim()
  .split('\n')
  .map((line) => {
    const [method = '', rate, operation = '', path = ''] = line.trim().split(/\s+/)
    const perSecond = rate === '-' ? undefined : Number(rate)
    return { operation, method, levels: path.slice(1).split('/'), perSecond }
  })

/** @param path each level is decoded once, here. */
export function matchRoute(method: string, path: string): Match | undefined {
  const levels = path.slice(1).split('/')
  for (const route of ROUTES) {
    if (route.method !== method || route.levels.length !== levels.length) continue
    const names: Record<string, string> = {}
    const fits = route.levels.every((level, at) => {
      const given = levels[at] ?? ''
      if (!level.startsWith('{')) return level === given
      names[level.slice(1, -1)] = decoded(given)
      return given !== ''
    })
    if (fits) return { route, path: names }
  }
  return undefined
}

/** Text that cannot be decoded stays as it is; its `%` fails the pattern of names. */
function decoded(level: string): string {
  try {
    return decodeURIComponent(level)
  } catch {
    return level
  }
}
