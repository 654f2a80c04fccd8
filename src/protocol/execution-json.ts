import type { JobExecution, JobExecutionState, JobExecutionSummary } from './jobs.ts'

/**
 * Executions as JSON text, for the service's answers and notifications. Member order as AWS sends it
 * over MQTT (protocol 2.6).
 *
 * @param thingName HTTP names the thing, MQTT does not.
 * @param documentText the document as it stands in the answer: embedded as a JSON value for MQTT, a
 *   JSON string for HTTP.
 */
export function executionText(
  execution: JobExecution,
  thingName: string | undefined,
  documentText: string | undefined,
): string {
  let text = `{"jobId":"${execution.jobId}"`
  if (thingName !== undefined) text += `,"thingName":"${thingName}"`
  text += `,"status":"${execution.status}"${detailsText(execution)},"queuedAt":${execution.queuedAt}`
  if (execution.startedAt !== undefined) text += `,"startedAt":${execution.startedAt}`
  text += `,"lastUpdatedAt":${execution.lastUpdatedAt}`
  if (execution.approximateSecondsBeforeTimedOut !== undefined)
    text += `,"approximateSecondsBeforeTimedOut":${execution.approximateSecondsBeforeTimedOut}`
  text += `,"versionNumber":${execution.versionNumber}`
  text += `,"executionNumber":${execution.executionNumber}`
  if (documentText !== undefined) text += `,"jobDocument":${documentText}`
  return `${text}}`
}

export function stateText(state: JobExecutionState): string {
  return `{"status":"${state.status}"${detailsText(state)},"versionNumber":${state.versionNumber}}`
}

export function summariesText(summaries: readonly JobExecutionSummary[]): string {
  return `[${summaries.map(summaryText).join(',')}]`
}

function summaryText(summary: JobExecutionSummary): string {
  const started = summary.startedAt === undefined ? '' : `,"startedAt":${summary.startedAt}`
  return (
    `{"jobId":"${summary.jobId}","queuedAt":${summary.queuedAt},"lastUpdatedAt":${summary.lastUpdatedAt}` +
    `${started},"executionNumber":${summary.executionNumber},"versionNumber":${summary.versionNumber}}`
  )
}

/** Absent when empty. */
function detailsText({ statusDetails }: Pick<JobExecutionState, 'statusDetails'>): string {
  if (statusDetails === undefined) return ''
  const text = JSON.stringify(statusDetails)
  return text === '{}' ? '' : `,"statusDetails":${text}`
}
