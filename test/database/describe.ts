/** Has PostgreSQL parse and describe a statement, which it does not run. */
import type pg from 'pg';

/** The names of what a statement returns, or what is wrong with it. */
export type Described = { columns: string[] } | { error: string };

/** The messages that are sent for a description, of the connection that the driver's types leave out. */
interface Sending {
  parse(statement: { name: string; text: string; types: number[] }): void;
  describe(statement: { type: 'S'; name: string }): void;
  sync(): void;
}

/** Describes the statement over a connection that nobody else uses. */
export function describeStatement(client: pg.Client, text: string): Promise<Described> {
  return new Promise((resolve) => {
    let columns: string[] = [];
    // The driver calls these by name as the answers come in.
    const description = {
      text,
      name: '',
      submit(connection: unknown): void {
        const sending = connection as Sending;
        sending.parse({ name: '', text, types: [] });
        sending.describe({ type: 'S', name: '' });
        sending.sync();
      },
      handleRowDescription({ fields }: { fields: { name: string }[] }): void {
        columns = fields.map((field) => field.name);
      },
      handleError(error: Error): void {
        resolve({ error: error.message });
      },
      handleReadyForQuery(): void {
        resolve({ columns });
      },
    };
    client.query(description);
  });
}
