/** Names of prepared statements. */
import { createHash } from 'node:crypto';

/**
 * Names are hashes of the text, so every connection prepares each text once. The code bounds the
 * set of texts.
 */
const statementNames = new Map<string, string>();

/** Returns the name of a statement; the same text always has the same name. */
export function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    statementNames.set(text, name);
  }
  return name;
}
