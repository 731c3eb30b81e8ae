/** Settings that may hold a secret can come from a file, which its name with `_FILE` leads to. */
import { closeSync, openSync, readSync } from 'node:fs';
import { ConfigurationError } from '../errors.ts';

/** Bytes that such a file may have; far more than any secret. */
const BYTES_MAX = 65_536;

/** The setting that names the file of another. */
export const fileSettingOf = (name: string): string => `${name}_FILE`;

/**
 * Returns the environment with the contents of the files that it names for `secrets`, without the
 * line breaks at their ends. Throws a `ConfigurationError` that names the setting if both are set,
 * or if the file cannot be read, is empty or has more than 64 KiB.
 */
export function withSecretFiles(
  environment: NodeJS.ProcessEnv,
  secrets: readonly string[],
): NodeJS.ProcessEnv {
  const read = { ...environment };
  for (const name of secrets) {
    const setting = fileSettingOf(name);
    const file = environment[setting];
    if (file === undefined) continue;
    if (environment[name] !== undefined)
      throw new ConfigurationError(`${name} and ${setting} are both set: keep one of them.`);
    read[name] = contentOf(setting, file);
  }
  return read;
}

function contentOf(setting: string, file: string): string {
  let text: string | undefined;
  try {
    text = readText(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw new ConfigurationError(`${setting} cannot be read: ${file} (${code}).`);
  }
  if (text === undefined)
    throw new ConfigurationError(`${setting} has more than ${BYTES_MAX / 1_024} KiB: ${file}.`);
  const secret = text.replace(/[\r\n]+$/, '');
  if (secret === '') throw new ConfigurationError(`${setting} is an empty file: ${file}.`);
  return secret;
}

/** The text of a file; undefined if it is too long, also where it has no size, as a device. */
function readText(file: string): string | undefined {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(BYTES_MAX + 1);
    let length = 0;
    let bytes: number;
    while ((bytes = readSync(descriptor, buffer, length, buffer.length - length, null)) > 0)
      length += bytes;
    return length > BYTES_MAX ? undefined : buffer.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}
