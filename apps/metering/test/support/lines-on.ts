import { inflateSync } from 'node:zlib';

/** A line of text where a viewer of the file draws it, in points from the upper left corner of its page. */
export interface PlacedLine {
  readonly page: number;
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
  readonly size: number;
}

interface Font {
  /** By code; in thousandths of the size. */
  readonly widths: readonly number[];
  readonly texts: readonly string[];
}

/** What pdfkit writes before and with a line: where, in which font and size, its codes and what lies between them. */
const written = /1 0 0 1 ([\d.-]+) ([\d.-]+) Tm\n\/(F\d+) ([\d.]+) Tf\n(?:[^\n]*\n)*?\[([^\]]*)\] TJ/g;

/** All text of a PDF whose fonts are embedded, as pdfkit writes them, page by page. */
export function linesOn(pdf: Buffer): PlacedLine[] {
  const objects = new Objects(pdf);
  const [kids = ''] = /\/Kids \[[^\]]*/.exec(objects.catalog) ?? [];
  return [...kids.matchAll(/(\d+) 0 R/g)].flatMap(([, id], page) => {
    const about = objects.told(id);
    const fonts = objects.fontsOf(objects.told(referenceOf('Resources', about)));
    const [, height] = /MediaBox \[0 0 [\d.]+ ([\d.]+)\]/.exec(about) ?? [];
    const content = objects.stream(referenceOf('Contents', about)).toString('latin1');
    return [...content.matchAll(written)].map((found) => lineOf(found, fonts, page + 1, Number(height)));
  });
}

function lineOf(
  [, x, y, name = '', points, shown = '']: RegExpExecArray,
  fonts: ReadonlyMap<string, Font>,
  page: number,
  height: number,
): PlacedLine {
  const font = fonts.get(name);
  if (!font) throw new Error(`There is no font ${name}.`);
  const [left, size] = [Number(x), Number(points)];
  const codes = [...shown.matchAll(/<([0-9a-f]+)>/g)].flatMap(([, hex = '']) => codesOf(hex));
  const moved = [...shown.matchAll(/> ([\d.-]+)/g)].reduce((all, [, by]) => all + Number(by), 0);
  const advance = codes.reduce((all, code) => all + (font.widths[code] ?? 0), 0) - moved;
  const text = codes.map((code) => font.texts[code] ?? '').join('');
  return { page, text, left, right: left + (advance * size) / 1_000, baseline: height - Number(y), size };
}

const codesOf = (hex: string): number[] => (hex.match(/.{4}/g) ?? []).map((code) => Number.parseInt(code, 16));
const referenceOf = (name: string, text: string): string | undefined =>
  new RegExp(`/${name} \\[?(\\d+) 0 R`).exec(text)?.[1];

class Objects {
  private readonly all: ReadonlyMap<string, string>;

  constructor(pdf: Buffer) {
    const found = pdf.toString('latin1').matchAll(/(\d+) 0 obj\n([^]*?)\nendobj/g);
    this.all = new Map([...found].map(([, id = '', text = '']) => [id, text]));
  }

  get catalog(): string {
    const [, id] =
      [...this.all.values()].map((text) => /\/Pages (\d+) 0 R/.exec(text) ?? []).find(([whole]) => whole) ?? [];
    return this.told(id);
  }

  told(id: string | undefined): string {
    const text = this.all.get(id ?? '');
    if (text === undefined) throw new Error(`There is no object ${id}.`);
    return text;
  }

  stream(id: string | undefined): Buffer {
    const text = this.told(id);
    return inflateSync(Buffer.from(text.slice(text.indexOf('stream\n') + 7), 'latin1'));
  }

  fontsOf(resources: string): ReadonlyMap<string, Font> {
    const named = [...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)];
    return new Map(named.map(([, name = '', id]) => [name, this.font(this.told(id))]));
  }

  private font(told: string): Font {
    const [, widths = ''] = /\/W \[0 \[([^\]]*)\]/.exec(this.told(referenceOf('DescendantFonts', told))) ?? [];
    const map = this.stream(referenceOf('ToUnicode', told)).toString('latin1');
    const ranges = [...map.matchAll(/<[0-9a-f]{4}> <[0-9a-f]{4}> \[([^\]]*)\]/g)].flatMap(([, list = '']) =>
      list.split(' '),
    );
    const texts = ranges.map((each) => String.fromCharCode(...codesOf(each.replaceAll(/[<>]/g, ''))));
    return { widths: widths.trim().split(/\s+/).map(Number), texts };
  }
}
