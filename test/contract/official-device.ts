import { once } from 'node:events'
import { io, iotjobs, mqtt, mqtt5 } from 'aws-iot-device-sdk-v2'
import { onTestFinished } from 'vitest'

export type Protocol = 'MQTT 3.1.1' | 'MQTT 5'

const OPTIONS = {
  maxRequestResponseSubscriptions: 6,
  maxStreamingSubscriptions: 4,
  operationTimeoutInSeconds: 15,
}

/**
 * The Jobs client of the official device SDK over a plain connection: its builders always ask for TLS,
 * its clients below them do not.
 */
export async function officialDevice(
  address: string,
  protocol: Protocol,
  clientId: string,
): Promise<iotjobs.IotJobsClientv2> {
  return protocol === 'MQTT 5' ? over5(address, clientId) : over311(address, clientId)
}

async function over311(address: string, clientId: string): Promise<iotjobs.IotJobsClientv2> {
  const { hostname, port } = new URL(address)
  const connection = new mqtt.MqttClient().new_connection({
    host_name: hostname,
    port: Number(port),
    client_id: clientId,
    clean_session: true,
    username: '?SDK=NodeJSv2&Version=1.28.0&Platform=linux',
    socket_options: new io.SocketOptions(),
  })
  connection.on('error', () => {})
  await connection.connect()
  const jobs = iotjobs.IotJobsClientv2.newFromMqtt311(connection, OPTIONS)
  onTestFinished(async () => {
    jobs.close()
    await connection.disconnect()
  })
  return jobs
}

async function over5(address: string, clientId: string): Promise<iotjobs.IotJobsClientv2> {
  const { hostname, port } = new URL(address)
  const client = new mqtt5.Mqtt5Client({
    hostName: hostname,
    port: Number(port),
    connectProperties: { clientId, keepAliveIntervalSeconds: 1_200 },
  })
  client.on('error', () => {})
  const connected = once(client, 'connectionSuccess')
  client.start()
  await connected
  const jobs = iotjobs.IotJobsClientv2.newFromMqtt5(client, OPTIONS)
  onTestFinished(async () => {
    jobs.close()
    const stopped = once(client, 'stopped')
    client.stop()
    await stopped
    client.close()
  })
  return jobs
}
