/**
 * Texts that are passed on as they came: a string with one character per byte of UTF-8. To make
 * such a string of bytes, or bytes of it, is a copy; to make a text of them is to decode.
 */

/** The bytes of a text in UTF-8, one per character. Its length is the number of bytes. */
export type Utf8 = string & { readonly utf8: unique symbol };

/** What only texts of ASCII consist of, whose bytes are their characters. */
// oxlint-disable-next-line no-control-regex -- ASCII begins with them
const ASCII = /^[\0-\x7f]*$/;

/** The bytes of a text. */
export function utf8Of(text: string): Utf8 {
  return (ASCII.test(text) ? text : Buffer.from(text).toString('latin1')) as Utf8;
}

/** The text that the bytes stand for. */
export function textOfUtf8(bytes: Utf8): string {
  return ASCII.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString();
}
