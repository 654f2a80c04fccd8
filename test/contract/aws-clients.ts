import { IoTClient } from '@aws-sdk/client-iot'
import { IoTJobsDataPlaneClient } from '@aws-sdk/client-iot-jobs-data-plane'
import { expect, onTestFinished } from 'vitest'
import type { StandIn } from '../../src/service/stand-in.ts'

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }

/** The official clients, as anybody sets them up. They try once: a test must see every answer. */
export function awsClients(standIn: StandIn, maxAttempts = 1) {
  const settings = {
    endpoint: standIn.addresses.http,
    region: 'eu-west-1',
    credentials,
    maxAttempts,
  }
  const iot = new IoTClient(settings)
  const data = new IoTJobsDataPlaneClient(settings)
  onTestFinished(() => {
    iot.destroy()
    data.destroy()
  })
  return { iot, data }
}

type ErrorClass = abstract new (...given: never[]) => Error

/** A refusal as the client's own class of error, with the status of the table. */
export async function expectRefusal(
  call: Promise<unknown>,
  error: ErrorClass,
  status: number,
  members: object = {},
): Promise<void> {
  const thrown = await call.then(
    (answer) => new Error(`was not refused: ${JSON.stringify(answer)}`),
    (refusal: unknown) => refusal,
  )
  expect(thrown).toBeInstanceOf(error)
  expect(thrown).toMatchObject({
    $metadata: { httpStatusCode: status, requestId: expect.any(String), attempts: 1 },
    message: expect.stringMatching(/./),
    ...members,
  })
}

export const arn = (kind: 'thing' | 'thinggroup' | 'job', name: string) =>
  `arn:aws:iot:eu-west-1:123456789012:${kind}/${name}`
