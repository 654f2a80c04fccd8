/** The files of a run folder (design section 6). Whatever is not written while a run goes on is derived. */
export const RUN_FILES = {
  scenario: 'scenario.yaml',
  plan: 'plan.json',
  intervals: 'intervals.ndjson',
  merged: 'merged.hlog',
  summary: 'summary.json',
  timelines: 'timelines.ndjson',
  trace: 'trace.json',
} as const
