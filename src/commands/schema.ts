/** `banyan schema`: the GraphQL schema as text. */
import { printedSchema } from '../schema.ts';
import type { Terminal } from './terminal.ts';

/** Prints it; needs no database. */
export function printSchema(terminal: Terminal): void {
  terminal.write(printedSchema());
}
