import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import PDFDocument from 'pdfkit';

const resolve = createRequire(import.meta.url).resolve;
const fontFile = (name: string): Buffer => readFileSync(resolve(`@expo-google-fonts/inter/${name}.ttf`));
const fonts = {
  regular: fontFile('400Regular/Inter_400Regular'),
  bold: fontFile('600SemiBold/Inter_600SemiBold'),
};

/** Digits as wide as each other. */
const tabular: PDFKit.Mixins.OpenTypeFeatures[] = ['tnum'];

/** Points of an A4 page. */
const margin = { left: 50, right: 50, top: 50, bottom: 72 };
const width = 595.28 - margin.left - margin.right;
const lowest = 841.89 - margin.bottom;
/** Between the rows of a table. */
const rowGap = 6;
/** A row with more than this is on no page as a whole, for the head of its table takes its own. */
const tallestRow = lowest - margin.top - 20 - rowGap;

export const ink = { text: '#1b2430', soft: '#66717f', line: '#d5dae1', accent: '#0b5cad', alarm: '#b3261e' } as const;

export interface Style {
  readonly size?: number;
  readonly bold?: boolean;
  readonly color?: string;
  readonly align?: 'left' | 'right';
}

export interface Column {
  readonly title: string;
  /** Part of the width of the page. */
  readonly part: number;
  readonly align?: 'left' | 'right';
}

/** From where to where text goes, as parts of the width. What is measured in one is written in the same. */
type Box = readonly [from: number, to: number];

const widthOf = ([from, to]: Box): number => (to - from) * width;

/** Text ends a little before the next column. */
function boxesOf(columns: readonly Column[]): Box[] {
  let at = 0;
  return columns.map(({ part }): Box => {
    at += part;
    return [at - part, at - 0.01];
  });
}

/** As many rows, with the same number of lines in each cell; fewer where there are not so many lines. */
function piecesOf(row: readonly string[], count: number): string[][] {
  const cells = row.map((cell) => cell.split('\n'));
  const most = Math.max(...cells.map(({ length }) => length));
  const each = Math.ceil(most / count);
  return Array.from({ length: Math.ceil(most / each) }, (_, index) =>
    cells.map((lines) => lines.slice(index * each, (index + 1) * each).join('\n')),
  );
}

/** A document that is written from top to bottom and takes a new page when one is full. */
export class Paper {
  private readonly pdf: PDFKit.PDFDocument;
  private readonly chunks: Buffer[] = [];
  private y = margin.top;

  /** The same text and date give the same bytes. */
  constructor(title: string, author: string, date: Date) {
    const info = {
      Title: title,
      Author: author,
      CreationDate: date,
      ModDate: date,
      Producer: 'Berth',
      Creator: 'Berth',
    };
    this.pdf = new PDFDocument({ size: 'A4', margin: 0, info, bufferPages: true, lang: 'en', displayTitle: true });
    for (const [name, font] of Object.entries(fonts)) this.pdf.registerFont(name, font);
    this.pdf.on('data', (chunk: Buffer) => this.chunks.push(chunk));
  }

  space(points: number): void {
    this.y += points;
  }

  /** One line of text, or more where it is too long; from `at` to `to`, which are parts of the width. */
  text(text: string, style: Style = {}, box: Box = [0, 1]): void {
    this.room(this.heightOf(text, style, box));
    this.y += this.put(text, style, box);
  }

  /** Of what follows, with room for its beginning. */
  heading(text: string): void {
    this.room(90);
    this.text(text, { bold: true });
    this.space(4);
  }

  /** Two columns of lines, side by side on one page. */
  beside(left: readonly string[], right: readonly string[], style: Style = {}): void {
    const columns: [readonly string[], Box][] = [
      [left, [0, 0.5]],
      [right, [0.58, 1]],
    ];
    const heights = columns.map(([lines, box]) =>
      lines.reduce((all, each) => all + this.heightOf(each, style, box), 0),
    );
    this.room(Math.max(...heights));
    const start = this.y;
    for (const [lines, box] of columns) {
      this.y = start;
      for (const line of lines) this.text(line, style, box);
    }
    this.y = start + Math.max(...heights);
  }

  /** A name and an amount, at the right. */
  pair(name: string, amount: string, style: Style = {}): void {
    const [left, right]: [Box, Box] = [
      [0.42, 0.71],
      [0.72, 0.99],
    ];
    this.room(Math.max(this.heightOf(name, style, left), this.heightOf(amount, style, right)));
    const height = this.put(amount, { ...style, align: 'right' }, right);
    this.y += Math.max(height, this.put(name, style, left));
  }

  rule(color: string = ink.line): void {
    const { pdf, y } = this;
    pdf
      .moveTo(margin.left, y)
      .lineTo(margin.left + width, y)
      .lineWidth(0.6)
      .strokeColor(color)
      .stroke();
    this.y += 6;
  }

  /** The head comes again on each page. A row that is taller than a page goes on on the next. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    this.head(columns);
    for (const row of rows) this.row(columns, row);
    this.rule();
  }

  /** On every page, when all of them are there. */
  async done(footer: (page: number, pages: number) => readonly string[]): Promise<Buffer> {
    const { count } = this.pdf.bufferedPageRange();
    for (let page = 0; page < count; page++) {
      this.pdf.switchToPage(page);
      this.y = lowest + 14;
      for (const line of footer(page + 1, count)) this.y += this.put(line, { size: 6.5, color: ink.soft }, [0, 1]);
    }
    const ended = new Promise((resolveEnd) => this.pdf.once('end', resolveEnd));
    this.pdf.end();
    await ended;
    return Buffer.concat(this.chunks);
  }

  private head(columns: readonly Column[]): void {
    this.cells(
      columns,
      columns.map(({ title }) => title),
      { size: 8, color: ink.soft },
    );
    this.y += 14;
    this.rule();
  }

  private row(columns: readonly Column[], row: readonly string[]): void {
    const boxes = boxesOf(columns);
    const height = Math.max(...boxes.map((box, index) => this.heightOf(row[index] ?? '', {}, box)));
    const pieces = piecesOf(row, Math.ceil(height / tallestRow));
    if (pieces.length > 1) {
      for (const piece of pieces) this.row(columns, piece);
      return;
    }
    if (this.room(height + rowGap)) this.head(columns);
    this.cells(columns, row, {});
    this.y += height + rowGap;
  }

  private cells(columns: readonly Column[], row: readonly string[], style: Style): void {
    boxesOf(columns).forEach((box, index) => {
      this.put(row[index] ?? '', { ...style, align: columns[index]?.align ?? 'left' }, box);
    });
  }

  private put(text: string, style: Style, box: Box): number {
    const options = { width: widthOf(box), align: style.align ?? 'left', features: tabular };
    this.use(style)
      .fillColor(style.color ?? ink.text)
      .text(text, margin.left + box[0] * width, this.y, options);
    return this.heightOf(text, style, box);
  }

  private heightOf(text: string, style: Style, box: Box): number {
    return this.use(style).heightOfString(text === '' ? ' ' : text, { width: widthOf(box), features: tabular }) + 2;
  }

  private use({ size = 9, bold = false }: Style): PDFKit.PDFDocument {
    return this.pdf.font(bold ? 'bold' : 'regular').fontSize(size);
  }

  /** True when a new page was begun for it. */
  private room(height: number): boolean {
    if (this.y + height <= lowest) return false;
    this.pdf.addPage();
    this.y = margin.top;
    return true;
  }
}
