/** Fills in configuration files. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Values by the names that stand for them. */
export type Values = Readonly<Record<string, string>>;

/** Replaces each `${name}` outside of comments. Throws if a name has no value. */
export function fill(text: string, values: Values): string {
  const lines = text.split('\n').map((line) => {
    if (/^\s*[#;]/.test(line)) return line;
    return line.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new RangeError(`\${${name}} has no value`);
      return value;
    });
  });
  return lines.join('\n');
}

/** A configuration file of this folder with its values. */
export async function configuration(file: string, values: Values): Promise<string> {
  return fill(await readFile(path.join(import.meta.dirname, 'conf', file), 'utf8'), values);
}
