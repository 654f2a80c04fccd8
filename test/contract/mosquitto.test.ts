import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { StandIn } from '../../src/service/stand-in.ts'
import { isMissing, MOSQUITTO, runTool } from './foreign-tool.ts'
import { Device } from './mqtt-device.ts'
import { begunStandIn } from './stand-in-fixture.ts'

/** `mosquitto_pub` and `mosquitto_sub`, which know nothing of AWS. */

const JOBS = '$aws/things/thing-0/jobs'

function words({ addresses }: StandIn, version: string): string[] {
  const { hostname, port } = new URL(addresses.mqtt)
  return ['-h', hostname, '-p', port, '-V', version]
}

/** Listens until the test is over, and is returned when the broker has granted its filter. */
async function listen(standIn: StandIn, version: string, filter: string) {
  const child = spawn('mosquitto_sub', [
    ...words(standIn, version),
    ...['-t', filter, '-t', 'plant/ready', '-q', '1', '-F', '%t %p'],
  ])
  onTestFinished(() => void child.kill())
  const heard: { topic: string; body: Record<string, unknown> }[] = []
  let isReady = false
  createInterface(child.stdout).on('line', (line) => {
    const [, topic = '', payload = ''] = /^(\S+) (.*)$/.exec(line) ?? []
    if (topic === 'plant/ready') isReady = true
    else heard.push({ topic: topic.slice(JOBS.length + 1), body: JSON.parse(payload) })
  })
  const caller = await Device.open(standIn.addresses.mqtt)
  await expect
    .poll(async () => {
      await caller.client.publishAsync('plant/ready', '{}')
      return isReady
    })
    .toBe(true)
  return heard
}

const publish = (standIn: StandIn, version: string, topic: string, more: string[]) =>
  runTool('mosquitto_pub', [...words(standIn, version), '-t', topic, '-q', '1', ...more])

describe.skipIf(isMissing(MOSQUITTO))('mosquitto', () => {
  test.each(['mqttv311', 'mqttv5'])(
    'N14 M16 with %s a listener hears notifications and not the answers of others',
    async (version) => {
      const standIn = await begunStandIn(2)
      const heard = await listen(standIn, version, `${JOBS}/#`)
      const start = await publish(standIn, version, `${JOBS}/start-next`, ['-n'])
      expect(start).toMatchObject({ code: 0, stderr: '' })
      const update = ['-m', '{"status":"SUCCEEDED","clientToken":"one"}']
      await publish(standIn, version, `${JOBS}/fw-1/update`, update)
      await expect.poll(() => heard).toHaveLength(2)
      expect(heard.map(({ topic }) => topic)).toEqual(['notify', 'notify-next'])
      expect(heard[0]?.body).toMatchObject({ jobs: { QUEUED: [{ jobId: 'fw-2' }] } })
      expect(heard[1]?.body).toMatchObject({
        execution: { jobId: 'fw-2', jobDocument: { operation: 'install' } },
      })
    },
  )

  test.each(['mqttv311', 'mqttv5'])(
    'M4 M6 with %s one connection asks and hears its answer',
    async (version) => {
      const standIn = await begunStandIn(1)
      // mosquitto_rr asks and waits; without a response topic of MQTT 5 the answer is by topic.
      const asked = await runTool('mosquitto_rr', [
        ...words(standIn, version),
        ...['-t', `${JOBS}/start-next`, '-e', `${JOBS}/start-next/accepted`, '-q', '1'],
        ...['-m', '{"clientToken":"rr"}', '-W', '10'],
      ])
      expect(asked.stderr).toBe('')
      expect(JSON.parse(asked.stdout)).toMatchObject({
        clientToken: 'rr',
        timestamp: expect.any(Number),
        execution: { jobId: 'fw-1', status: 'IN_PROGRESS' },
      })
    },
  )
})
