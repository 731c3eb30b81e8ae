import { describe, expect, it } from 'vitest';
import { checkAddress } from '../../console/src/invitations/address.ts';
import { readPasted } from '../../console/src/invitations/pasted.ts';
import { canonicalEmail } from '../../src/values/email.ts';

const addressesIn = (text: string): string[] => readPasted(text).addresses;

describe('addresses that somebody pasted', () => {
  it('Are separated by commas, spaces, semicolons and line breaks of every system', () => {
    expect(
      addressesIn('a@x.example, b@x.example;c@x.example d@x.example\te@x.example\r\nf@x.example\n'),
    ).toEqual(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${name}@x.example`));
  });

  it('May have a name, in every form in which mail programs and tables write one', () => {
    for (const line of [
      'Anna Berg <anna@x.example>',
      '"Berg, Anna" <anna@x.example>',
      'Berg, Anna <anna@x.example>;',
      "Dr. Anna O'Berg-Lund <anna@x.example>",
      'anna@x.example <anna@x.example>',
      '<anna@x.example>',
      'Anna\tBerg\tanna@x.example\tSales',
      '"Anna","Berg","anna@x.example"'.replaceAll('"', ''),
      "'anna@x.example'",
      'mailto:anna@x.example',
      '(anna@x.example).',
      '\ufeffanna@x.example\u200b',
    ])
      expect({ line, ...readPasted(line) }).toEqual({
        line,
        addresses: ['anna@x.example'],
        duplicates: [],
        bad: [],
      });
  });

  it('Are taken once, and a repetition names the line of the first', () => {
    expect(readPasted('anna@x.example\nbert@x.example\nAnna <ANNA@X.example>')).toEqual({
      addresses: ['anna@x.example', 'bert@x.example'],
      duplicates: [{ text: 'ANNA@X.example', line: 3, firstLine: 1 }],
      bad: [],
    });
    expect(readPasted('a@bücher.example a@xn--bcher-kva.example').duplicates).toHaveLength(1);
  });

  it('Are bad with their line and what is wrong with them', () => {
    const text = [
      'anna.example.com',
      'a@x.example b.example.com',
      'anna@example',
      'a..b@x.example',
      `${'a'.repeat(64)}@${'b'.repeat(60)}.${'b'.repeat(60)}.${'b'.repeat(60)}.${'b'.repeat(10)}.example`,
      'ännä@x.example',
      'a@b@x.example',
      'Anna <>',
      'a\u202eb@x.example',
    ].join('\n');
    const { addresses, bad } = readPasted(text);
    expect(addresses).toEqual(['a@x.example']);
    expect(bad.map(({ line, fault }) => [line, fault])).toEqual([
      [1, 'NO_AT'],
      [2, 'NO_AT'],
      [3, 'DOMAIN'],
      [4, 'LOCAL_PART'],
      [5, 'TOO_LONG'],
      [6, 'LOCAL_PART'],
      [7, 'DOMAIN'],
      [8, 'NO_AT'],
      [9, 'LOCAL_PART'],
    ]);
  });

  it('Words are a mistake in a line without an address, where they are not a name', () => {
    expect(readPasted('anna\nBert Berg bert@x.example').bad).toEqual([
      { text: 'anna', line: 1, fault: 'NO_AT' },
    ]);
  });

  it('May be a thousand with mistakes among them', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => {
      if (index % 100 === 7) return `person-${index}.example.com`;
      if (index % 100 === 8) return `Person <person-${index - 2}@x.example>`;
      return `Person ${index} <person-${index}@x.example>`;
    });
    const { addresses, duplicates, bad } = readPasted(lines.join(';\n'));
    expect([addresses.length, duplicates.length, bad.length]).toEqual([980, 10, 10]);
  });

  it('Are judged as the gateway judges them', () => {
    for (const text of [
      'anna@x.example',
      'Anna.Berg+tag@X.Example',
      "o'berg@x.example",
      'a@bücher.example',
      'a@BÜCHER.example',
      'a@xn--bcher-kva.example',
      'a@１２７.example',
      'a@ｘ.example',
      'a@1.2.3.4',
      'a@localhost',
      'a@x..example',
      'a@-x.example',
      'a@x.example.',
      'a@x.example:80',
      'a@x.example/path',
      'a@%78.example',
      '.a@x.example',
      'a.@x.example',
      'a b@x.example',
      '@x.example',
      'a@',
      'a@\u212a.example',
    ]) {
      const checked = checkAddress(text);
      expect([text, 'canonical' in checked ? checked.canonical : undefined]).toEqual([
        text,
        canonicalEmail(text),
      ]);
    }
  });
});
