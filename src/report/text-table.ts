/** Aligned text for a terminal. Colour is put on after the padding, so it never shifts a column. */

export type Tone = 'good' | 'bad' | 'void' | 'warn' | 'faint' | 'strong' | 'plain'

export interface Cell {
  readonly text: string
  readonly tone?: Tone
}

export type Paint = (tone: Tone, text: string) => string

const CODES: Record<Tone, string> = {
  good: '1;32',
  bad: '1;31',
  void: '1;33',
  warn: '33',
  faint: '2',
  strong: '1',
  plain: '',
}

export function painter(color: boolean): Paint {
  return (tone, text) =>
    color && CODES[tone] !== '' && text.trim() !== ''
      ? `\u001b[${CODES[tone]}m${text}\u001b[0m`
      : text
}

export interface Column {
  readonly title: string
  readonly align: 'left' | 'right'
  /** Spaces before it, to set groups of columns apart. */
  readonly gap?: number
  readonly cells: readonly Cell[]
  /** May be left out when the table is too wide. */
  readonly spare?: boolean
}

/** Leaves out spare columns, the last first, until the table fits or none is left. */
export function tableLines(columns: readonly Column[], width: number, paint: Paint): string[] {
  let shown = [...columns]
  while (totalWidth(shown) > width) {
    const drop = shown.findLastIndex(({ spare }) => spare)
    if (drop < 0) break
    shown = shown.filter((_, index) => index !== drop)
  }
  const height = Math.max(...shown.map(({ cells }) => cells.length))
  const lines = [shown.map((column) => paint('faint', padded(column, column.title))).join('')]
  for (let row = 0; row < height; row++) {
    lines.push(
      shown
        .map((column) => {
          const cell = column.cells[row] ?? { text: '' }
          return paint(cell.tone ?? 'plain', padded(column, cell.text))
        })
        .join(''),
    )
  }
  return lines.map((line) => line.trimEnd())
}

function totalWidth(columns: readonly Column[]): number {
  return columns.reduce((sum, column) => sum + (column.gap ?? 0) + columnWidth(column), 0)
}

function columnWidth({ title, cells }: Column): number {
  return Math.max(title.length, ...cells.map(({ text }) => text.length))
}

function padded(column: Column, text: string): string {
  const width = columnWidth(column)
  const body = column.align === 'left' ? text.padEnd(width) : text.padStart(width)
  return ' '.repeat(column.gap ?? 0) + body
}

/** Not between a number and its unit: a lone `s` on the next line says nothing. */
const BREAK = / (?!(?:ms|s|min|h|MiB)\b)/

/** Breaks at spaces. A word longer than the width stays whole: a path must be copied in one piece. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(BREAK)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
