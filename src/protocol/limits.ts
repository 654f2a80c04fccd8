/**
 * Sizes and ranges of the Jobs data plane. Sources: service model iot-jobs-data 2017-09-29 and AWS
 * General Reference (July 2023).
 */

export const THING_NAME_MAX = 128
export const JOB_ID_MAX = 64
/** Executions of a job on a thing are counted from 1. AWS names no limit; things keep 32 bits of it. */
export const EXECUTION_NUMBER_MAX = 0xffff_ffff
/** Letters of a rejection's code that are kept; a limit of ours. */
export const REJECT_CODE_MAX = 64
export const STATUS_DETAILS_PAIRS_MAX = 10
/** Of the step timer and of the in-progress timer: a minute to seven days. */
export const TIMEOUT_MINUTES_MIN = 1
export const TIMEOUT_MINUTES_MAX = 10_080
/** An update with this step timeout cancels the step timer. */
export const CANCEL_STEP_TIMER = -1
/** Items on a page of the control plane's lists. */
export const LIST_PAGE_MAX = 250
/** Topic levels a filter or topic may have, less one. */
export const TOPIC_SLASHES_MAX = 7
export const TOPIC_MAX_BYTES = 256
export const MQTT_PAYLOAD_MAX_BYTES = 131_072
/** AWS names no limit; a stand-in answers 413 beyond this one. */
export const HTTP_BODY_MAX_BYTES = 262_144

export const THING_NAME_PATTERN = /^[a-zA-Z0-9:_-]{1,128}$/
export const JOB_ID_PATTERN = /^[a-zA-Z0-9_-]{1,64}$/
export const STATUS_DETAILS_KEY_PATTERN = /^[a-zA-Z0-9:_-]{1,128}$/
/** Nothing of Unicode category C: no control, unassigned, private or lone surrogate characters. */
export const STATUS_DETAILS_VALUE_PATTERN = /^\P{C}{1,1024}$/u

/** In place of a job id: the first pending execution. For describe only. */
export const NEXT_JOB = '$next'

/** Of the control plane. Source: AWS General Reference (July 2023) and the API reference. */
export const ROLLOUT_PER_MINUTE_MAX = 1_000
export const JOB_TARGETS_MAX = 100
export const JOB_DOCUMENT_MAX_BYTES = 32_768
/** Of a job's description, and of the comment of a cancellation. */
export const JOB_TEXT_MAX = 2_028
/** Of one execution, over all kinds of failure. */
export const RETRIES_MAX = 10
/** Jobs that are scheduled or in progress. */
export const ACTIVE_JOBS_MAX = 100_000
/** Jobs that are being rolled out. */
export const CONCURRENT_JOBS_MAX = 500
export const JOBS_IN_DELETION_MAX = 10
