import { parseTarget, type Target, targetOf } from './target.ts'

/**
 * What a run asks before it begins: whether there is a target for each transport it needs, and
 * whether all of them answer.
 *
 * @throws ShakedownError USAGE, ENDPOINT_UNREACHABLE
 */
export async function checkTargets(
  texts: readonly string[],
  transports: ReadonlySet<Target['transport']>,
): Promise<Target[]> {
  const targets = texts.map((text) => parseTarget(text))
  for (const transport of transports) targetOf(targets, transport, 0)
  // The libraries for both transports come with it, and a run on its own stand-in needs none of them here.
  const { probe } = await import('./probe.ts')
  await Promise.all(targets.map((target) => probe(target)))
  return targets
}
