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
  text(text: string, style: Style = {}, [at, to]: readonly [number, number] = [0, 1]): void {
    this.room(this.heightOf(text, style, to - at));
    this.y += this.put(text, style, [at, to]);
  }

  /** Of what follows, with room for its beginning. */
  heading(text: string): void {
    this.room(90);
    this.text(text, { bold: true });
    this.space(4);
  }

  /** Two columns of lines, side by side. */
  beside(left: readonly string[], right: readonly string[], style: Style = {}): void {
    const start = this.y;
    for (const line of left) this.text(line, style, [0, 0.5]);
    const end = this.y;
    this.y = start;
    for (const line of right) this.text(line, style, [0.58, 1]);
    this.y = Math.max(this.y, end);
  }

  /** A name and an amount, at the right. */
  pair(name: string, amount: string, style: Style = {}): void {
    this.room(this.heightOf(name, style, 0.3));
    this.put(amount, { ...style, align: 'right' }, [0.72, 0.99]);
    this.text(name, style, [0.42, 0.72]);
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

  /** The head comes again on each page. */
  table(columns: readonly Column[], rows: readonly (readonly string[])[]): void {
    this.head(columns);
    for (const row of rows) {
      const height = Math.max(...row.map((cell, index) => this.heightOf(cell, {}, columns[index]?.part ?? 1)));
      if (this.room(height + 6)) this.head(columns);
      this.cells(columns, row, {});
      this.y += height + 6;
    }
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

  private cells(columns: readonly Column[], row: readonly string[], style: Style): void {
    let at = 0;
    columns.forEach(({ part, align = 'left' }, index) => {
      this.put(row[index] ?? '', { ...style, align }, [at, at + part - 0.01]);
      at += part;
    });
  }

  private put(text: string, style: Style, [at, to]: readonly [number, number]): number {
    const options = { width: (to - at) * width, align: style.align ?? 'left', features: tabular };
    this.use(style)
      .fillColor(style.color ?? ink.text)
      .text(text, margin.left + at * width, this.y, options);
    return this.heightOf(text, style, to - at);
  }

  private heightOf(text: string, style: Style, part: number): number {
    return this.use(style).heightOfString(text === '' ? ' ' : text, { width: part * width, features: tabular }) + 2;
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
