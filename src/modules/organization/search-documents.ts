/** Updates the search index after moves (docs/decisions/0013-moves.md). */
import { sql } from 'kysely';
import type { Database } from '../../database/connect.ts';
import { maybeOne, one } from '../../database/rows.ts';

/** The number of documents per transaction; moves in the same tree wait for it. */
const DOCUMENTS_AT_ONCE = 200;

/** A job that rewrites the search documents of everything that was moved. */
export async function refreshSearch(db: Database): Promise<void> {
  for (;;) {
    const move = await maybeOne(
      db,
      sql<{ id: string }>`select id from moved_subtrees order by id limit 1`,
    );
    if (!move) return;
    let refreshed: number;
    do {
      const answer = await one(
        db,
        sql<{
          refreshed: number;
        }>`select refresh_search_documents(${move.id}, ${DOCUMENTS_AT_ONCE}) as refreshed`,
      );
      refreshed = answer.refreshed;
    } while (refreshed > 0);
  }
}
