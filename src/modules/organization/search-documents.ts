/** Updates the search index after moves (docs/decisions/0013-moves.md). */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';

/** The number of documents per transaction; moves in the same tree wait for it. */
const DOCUMENTS_AT_ONCE = 200;

/** A job that rewrites the search documents of everything that was moved. */
export async function refreshSearch(db: Database): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ id: string }>`select id from moved_subtrees order by id limit 1`.execute(db);
    const [move] = rows;
    if (!move) return;
    let refreshed: number;
    do {
      const answer = await sql<{
        refreshed: number;
      }>`select refresh_search_documents(${move.id}, ${DOCUMENTS_AT_ONCE}) as refreshed`.execute(db);
      refreshed = answer.rows[0]?.refreshed ?? 0;
    } while (refreshed > 0);
  }
}
