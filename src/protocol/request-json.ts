import type { JobsRequest, Operation, StartNextRequest, UpdateRequest } from './jobs.ts'

/**
 * The members of a request's JSON object, without braces and without what goes into topic or path.
 * Written by hand: it is half the cost of JSON.stringify of a new object, on the path of every send.
 */
export function requestMembers(operation: Operation, request: JobsRequest): string {
  switch (operation) {
    case 'start-next':
      return timerAndDetails('', request as StartNextRequest)
    case 'update':
      return updateMembers(request as UpdateRequest)
    case 'describe':
    case 'get-pending':
      return ''
  }
}

function updateMembers(request: UpdateRequest): string {
  let text = timerAndDetails(`"status":"${request.status}"`, request)
  if (request.expectedVersion !== undefined) text += `,"expectedVersion":${request.expectedVersion}`
  if (request.executionNumber !== undefined) text += `,"executionNumber":${request.executionNumber}`
  if (request.includeJobExecutionState !== undefined)
    text += `,"includeJobExecutionState":${request.includeJobExecutionState}`
  if (request.includeJobDocument !== undefined)
    text += `,"includeJobDocument":${request.includeJobDocument}`
  return text
}

function timerAndDetails(before: string, request: StartNextRequest): string {
  let text = before
  if (request.statusDetails !== undefined)
    text += `${text && ','}"statusDetails":${JSON.stringify(request.statusDetails)}`
  if (request.stepTimeoutInMinutes !== undefined)
    text += `${text && ','}"stepTimeoutInMinutes":${request.stepTimeoutInMinutes}`
  return text
}
