import type { Refusal, RefusalCode } from './job-control.ts'

export function refused(code: RefusalCode, message: string): Refusal {
  return { code, message }
}

export function noJob(jobId: string): Refusal {
  return refused('ResourceNotFoundException', `There is no job ${jobId}`)
}

export function noExecution(jobId: string): Refusal {
  return refused('ResourceNotFoundException', `The thing has no such execution of job ${jobId}`)
}

export function notIn(status: string): Refusal {
  return refused('InvalidStateTransitionException', `The execution is ${status}`)
}
