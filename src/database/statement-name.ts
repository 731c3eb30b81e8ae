/** Names of prepared statements. */
import { createHash } from 'node:crypto';

/** Names are a hash of the text, so every connection prepares each text once. The set of texts is bounded by the code. */
const statementNames = new Map<string, string>();

/** The name of a statement, which is the same for the same text. */
export function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    statementNames.set(text, name);
  }
  return name;
}
