import type { CommandModule } from 'yargs'
import { systemClock } from '../clock/clock.ts'
import { Wake } from '../clock/wake.ts'
import type { FromStandIn, ServiceLedger, StandInSettings, ToStandIn } from '../protocol/admin.ts'
import { type StandIn, startStandIn } from '../service/stand-in.ts'
import type { ExitCode } from './exit-codes.ts'
import { ExitCode as Codes } from './exit-codes.ts'
import { ledgerText } from './ledger-text.ts'
import { portOf, requireFolder, type ServeArguments, serveSettings } from './serve-settings.ts'

/** `serve [scenario]`. */
export function serveCommand(
  finish: (code: ExitCode) => void,
): CommandModule<object, ServeArguments> {
  return {
    command: 'serve [scenario]',
    describe: 'the stand-in of AWS IoT Jobs alone, for anybody’s device code',
    builder: (options) =>
      options
        .positional('scenario', {
          type: 'string',
          describe: 'take things, jobs, quotas, latency and faults from this scenario',
        })
        .option('http', { type: 'string', default: '8080', describe: 'HTTP port; 0 picks one' })
        .option('mqtt', { type: 'string', default: '1883', describe: 'MQTT port; 0 picks one' })
        .option('control', {
          type: 'string',
          describe: 'one more HTTP port, for the control plane of unsigned requests; 0 picks one',
        })
        .option('host', { type: 'string', default: '127.0.0.1', describe: 'address to listen on' })
        .option('things', {
          type: 'string',
          describe: 'how many things there are; default: 10, or those of the scenario',
        })
        .option('jobs-per-thing', {
          type: 'string',
          describe:
            'executions waiting for each thing: a number, or endless; default: 1, or as in the scenario',
        })
        .option('name-prefix', {
          type: 'string',
          describe: 'thing i is called <prefix><i>; default: thing-, or as in the scenario',
        })
        .option('quotas', {
          type: 'string',
          describe:
            'quotas of the account: aws or unlimited; default: aws, or those of the scenario',
        })
        .option('documents', {
          type: 'string',
          describe: 'folder with the objects that jobs name as documentSource, as BUCKET/KEY',
        })
        .option('switch', {
          type: 'string',
          array: true,
          describe: 'what AWS leaves open, another way: name=value (service.switches)',
        })
        .option('set', {
          type: 'string',
          array: true,
          describe: 'override a value of the scenario, path=value; repeatable',
        })
        .option('parent', { type: 'boolean', hidden: true, default: false })
        .example('$0 serve --things 10 --jobs-per-thing 3', 'thing-0 … thing-9, three jobs each')
        .example('$0 serve --switch throttledStatus=400', 'a throttled call over HTTP is a 400')
        .example('$0 serve scenarios/throttled-account.yaml', 'with the quotas of a scenario')
        .epilogue(
          'Prints `ready {"mqtt":"mqtt://…","http":"http://…"}` when it listens. Ctrl-C ends it and ' +
            'prints what it counted.',
        ),
    handler: async (given) => finish(await serve(given)),
  }
}

/** Connections that do not close by then are left to the system. */
const CLOSE_LIMIT_MS = 1_000

async function serve(given: ServeArguments): Promise<ExitCode> {
  const ports = { httpPort: portOf('http', given.http), mqttPort: portOf('mqtt', given.mqtt) }
  const controlPort = given.control === undefined ? undefined : portOf('control', given.control)
  const settings = serveSettings(given)
  const { host, documents } = given
  requireFolder(documents)
  const standIn = await startStandIn(settings, { host, ...ports, controlPort, documents })
  const ended = given.parent ? obeyParent(standIn) : serveUntilSignal(standIn, settings)
  process.stdout.write(`ready ${JSON.stringify(standIn.addresses)}\n`)
  await ended
  // The process ends in any case: a parent that was killed cannot do it for us.
  setTimeout(() => process.exit(Codes.Passed), CLOSE_LIMIT_MS).unref()
  await standIn.close()
  return Codes.Passed
}

/**
 * A stand-in of a run does what its parent says and ends when the channel closes, however the parent
 * ended. A terminal's Ctrl-C reaches both processes; it is the parent's to answer.
 */
function obeyParent(standIn: StandIn): Promise<void> {
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => {})
  const coresUsed = coreMeter()
  // A parent that is gone is told of by the end of the channel, and not by an answer that cannot be sent.
  const tell = (message: FromStandIn) => void process.send?.(message, () => {})
  process.on('message', (message: ToStandIn) => {
    switch (message.kind) {
      case 'begin': {
        const wake = new Wake(systemClock, () => {
          wake.close()
          standIn.begin(message.t0Us)
          tell({ kind: 'begun' })
        })
        wake.at(message.atUs)
        break
      }
      case 'open':
        tell({ kind: 'open', executions: standIn.openExecutions() })
        break
      case 'ledger':
        tell({ kind: 'ledger', ledger: standIn.ledger() })
        break
      case 'alive':
        tell({ kind: 'alive', coresUsed: coresUsed() })
        break
      default:
        message satisfies never
    }
  })
  return new Promise((resolve) => {
    process.once('disconnect', resolve)
    // The parent may have ended while we began.
    if (!process.connected) resolve()
  })
}

/** How many cores this process used since the last call, the first time since it began. */
function coreMeter(): () => number {
  let lastMs = 0
  let lastUs = 0
  return () => {
    const { user, system } = process.cpuUsage()
    const nowMs = process.uptime() * 1e3
    const cores = (user + system - lastUs) / 1e3 / (nowMs - lastMs)
    lastMs = nowMs
    lastUs = user + system
    return Number.isFinite(cores) ? cores : 0
  }
}

/** Alone, its jobs are there from the first moment. */
async function serveUntilSignal(standIn: StandIn, settings: StandInSettings): Promise<void> {
  standIn.begin()
  const signal = await new Promise<string>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  const ledger: ServiceLedger = standIn.ledger()
  process.stdout.write(
    `\nended by ${signal}\n${ledgerText(ledger, standIn.limits(), settings.things)}\n`,
  )
}
