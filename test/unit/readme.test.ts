import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { ExitCode } from '../../src/cli/exit-codes.ts'
import { thresholdProblem } from '../../src/metrics/threshold.ts'
import { parseScenario } from '../../src/scenario/parse.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')

const PAGES = [
  'README.md',
  'CHANGELOG.md',
  ...['scenarios', 'src', 'src/results', 'src/service'].map((folder) => `${folder}/README.md`),
]

test('every page of documentation is one of those that are looked at here', () => {
  const pages = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `src/${file}`)
  expect(PAGES).toEqual(expect.arrayContaining(pages))
})

const LINKS = PAGES.flatMap((page) =>
  [...readFileSync(join(ROOT, page), 'utf8').matchAll(/\]\(([^)]+)\)/g)]
    .map(([, link = '']) => ({ page, link }))
    .filter(({ link }) => !link.includes('://')),
)

test.each(LINKS)('the link of $page to $link leads to a file and a heading', ({ page, link }) => {
  const [file = '', anchor] = link.split('#')
  const path = file === '' ? join(ROOT, page) : resolve(ROOT, dirname(page), file)
  expect(existsSync(path)).toBe(true)
  if (anchor !== undefined) expect(anchorsOf(readFileSync(path, 'utf8'))).toContain(anchor)
})

test('every file a page leads to is in the packed tarball', () => {
  const packed = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  const [tarball] = JSON.parse(packed.stdout) as { files: { path: string }[] }[]
  const wanted = LINKS.map(({ page, link }) => join(dirname(page), link.split('#')[0] ?? ''))
    .filter((path) => path.endsWith('.md') || path.endsWith('.png'))
    .sort()
  expect(wanted).toContain('reports/quickstart.png')
  expect(tarball?.files.map(({ path }) => path)).toEqual(expect.arrayContaining(wanted))
})

/** As the usual viewers make them: small letters, hyphens for blanks, no other signs. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('the scenario of the README is a right one', () => {
  const [, text = ''] = /```yaml\n([^`]*)```/.exec(README) ?? []
  const scenario = parseScenario(text, { fileName: 'README.md', threshold: thresholdProblem })
  expect(scenario.name).toBe('my-first')
})

test('the table of scenarios has every file of the folder, and no other', () => {
  const [, table = ''] = README.split('| scenario | question |')
  const [rows = ''] = table.split('\n\n')
  const told = rows.split('\n').flatMap((row) => {
    const [, cell = ''] = row.split('|')
    return [...cell.matchAll(/`([a-z-]+)`/g)].map(([, name = '']) => `${name}.yaml`)
  })
  const files = readdirSync(join(ROOT, 'scenarios')).filter((file) => file.endsWith('.yaml'))
  expect(told.sort()).toEqual(files.sort())
})

test('the table of exit codes has every code that a command can leave with', () => {
  const told = [...README.matchAll(/^\| (\d+) \| /gm)].map(([, code]) => Number(code))
  // Of a command that there is not yet.
  const codes = Object.values(ExitCode).filter((code) => code !== ExitCode.Regression)
  expect(told).toEqual(codes)
})
