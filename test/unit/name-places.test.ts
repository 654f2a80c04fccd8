import { describe, expect, test } from 'vitest'
import {
  EXECUTION_EVENTS,
  eventAt,
  METERED_OPERATIONS,
  meteredAt,
  OUTCOMES,
  outcomeAt,
} from '../../src/metrics/series.ts'
import { EXECUTION_STATUSES, OPERATIONS, operationAt, statusAt } from '../../src/protocol/jobs.ts'
import { addTo, noExecutions } from '../../src/service/status-counts.ts'

describe('a name is found at its own place of its list', () => {
  test.each([
    ['operations', OPERATIONS.map(operationAt)],
    ['statuses', EXECUTION_STATUSES.map(statusAt)],
    ['metered operations', METERED_OPERATIONS.map(meteredAt)],
    ['events of an execution', EXECUTION_EVENTS.map(eventAt)],
    ['outcomes of an attempt', OUTCOMES.map(outcomeAt)],
  ])('%s', (_, places) => {
    expect(places).toEqual([...places.keys()])
  })
})

test.each(EXECUTION_STATUSES)('adding to %s changes that status and no other', (status) => {
  const counts = noExecutions()
  addTo(counts, status, 3)
  addTo(counts, status, -1)

  expect(counts).toEqual({ ...noExecutions(), [status]: 2 })
})
