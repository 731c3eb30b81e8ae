/** Programs that some tests need and that not every machine has. */
import { accessSync, constants } from 'node:fs';
import path from 'node:path';

/** Whether a file can be executed. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The first of these programs that is on a path; undefined if none is. */
export function onPath(
  names: readonly string[],
  searched = process.env['PATH'] ?? '',
): string | undefined {
  const folders = searched.split(path.delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isProgram);
}
