import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from '../errors/define-errors.js';
import { parseJson } from './parse-json.js';

const parse = (text: string) => parseJson(Buffer.from(text));
const refusal = (body: Buffer | string): { status: number; pointers: string[] } => {
  try {
    parseJson(Buffer.from(body));
  } catch (error) {
    if (error instanceof DomainError)
      return { status: error.status, pointers: error.errors.map(({ pointer }) => pointer) };
    throw error;
  }
  throw new Error('it was taken');
};

describe('a JSON body', () => {
  it('is what JSON.parse makes of it', () => {
    const storable = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0') && text !== '__proto__');
    const json = fc.json({ maxDepth: 5, stringUnit: 'grapheme' }).filter((text) => !/__proto__|\\u0000/.test(text));
    fc.assert(fc.property(json, (text) => expect(parse(text)).toEqual(JSON.parse(text))));
    fc.assert(fc.property(storable, (text) => expect(parse(JSON.stringify({ text }))).toEqual({ text })));
  });

  it('may be empty, and is then no body at all', () => {
    expect(parse('')).toBeUndefined();
  });

  it.each([
    ['cut short', '{"a":'],
    ['of another kind', 'a=1&b=2'],
    ['two documents', '{}{}'],
    ['only space', ' \n'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22])],
  ])('that is %s is refused', (_, body) => {
    expect(refusal(body)).toEqual({ status: 400, pointers: [] });
  });

  it.each(['[', '{"a":', '[{"a":[', '[[],'])('is refused when %s goes on for ever', (opening) => {
    expect(refusal(opening.repeat(100_000)).status).toBe(400);
  });

  it('may be 64 deep and not 65, and brackets in its texts do not count', () => {
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
    expect(() => parse(nested(64))).not.toThrow();
    expect(refusal(nested(65)).status).toBe(400);
    expect(parse(JSON.stringify({ text: `\\"${'['.repeat(1_000)}` }))).toEqual({ text: `\\"${'['.repeat(1_000)}` });
    expect(() => parse(`[${'[],'.repeat(1_000)}[]]`)).not.toThrow();
  });

  it.each([
    ['{"a":{"__proto__":{"admin":true}}}', '/a/__proto__'],
    ['[{"\\u005f_proto__":1}]', '/0/__proto__'],
    ['{"name":"a\\u0000b"}', '/name'],
    ['{"list":["x",{"deep":"\\ud800"}]}', '/list/1/deep'],
    ['{"a/b~c":"\\udfff"}', '/a~1b~0c'],
  ])('%s is refused with a pointer', (body, pointer) => {
    expect(refusal(body)).toEqual({ status: 422, pointers: [pointer] });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it('may speak of what it must not be', () => {
    expect(parse('{"text":"__proto__ and \\\\u0000 and \\ud83d\\ude00"}')).toEqual({
      text: '__proto__ and \\u0000 and 😀',
    });
  });
});
