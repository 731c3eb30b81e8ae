/**
 * The baseline replaced the migrations of version 0.1 (docs/decisions/0027-migrations.md). A
 * database that has them all is what the baseline makes, so only its history changes.
 */
import { sql } from 'kysely';
import { ConfigurationError } from '../errors.ts';
import type { Database } from './connect.ts';

/** A migration as the history of a database has it. */
export interface AppliedMigration {
  name: string;
  /** Of its file as it was applied; null where the database does not have it. */
  sha256: Buffer | null;
}

/** SHA-256 of the migrations of version 0.1, by name, in order. */
const REPLACED: ReadonlyMap<string, string> = new Map([
  ['0001_organizations', 'c119e77ee3db5c33398422948b9da36e6d77afb4d0e7dd5670b4463c07da7228'],
  ['0002_people', 'bc0f7fa08c29e3b00041900e91c194a28d105bd3c0a1e3f5bd60608880e87345'],
  ['0003_credentials', 'd6fd35b4cf6f90f15279f532afcc11ea9eaba6e499c2caba0e68e61ad737d0ba'],
  ['0004_operations', 'fd140aee25bd9cc60692300bdff6b2637ffd3e8698e6b78cd75dd8347b993da8'],
  ['0005_usage', '8ce6dfb5420fb9da537fbdb1b36ce4c06926aa8c509e9aac22446026fd97f4ef'],
  ['0006_identities', '77812aac9a42195f0b8786b0ae69fee099b164571e36ab26df55f7286bab9473'],
  ['0007_invitation_sending', '2f33a678a0913bbfc5f2bab68f4cc4e768386eeef43fe42b74359a2f2501761f'],
  ['0008_audit_trail', 'e78976372b975496b8390e2ff051b784bdfd546bb0f5bb6a11f2477c2a14e060'],
  ['0009_last_admin', 'fdc8b7afe563bcee95872315d1c7878852f7c00aa3409b394dd139ddab915737'],
  ['0010_idempotency', '3d9fd90f0b3c92f01b5937a32f1191f9cfc9905e845165435f6fc59d9454a977'],
  ['0011_organization_lock', 'e34837433fc81dbb6ff6c360631f6a0c9e03b003c8f0324d41eefa391a0620b6'],
  ['0012_tree_lock', '25bbda2e02b13ee9feb73fdee89f78eeeaec94e38e8e7ca47175cc1ac1b05a8f'],
  ['0013_search_documents', '950ab5574d0f5648eeaf94eec82852a48ca2f6b9e0f3c85c1506f3fd4f6b2ffc'],
  ['0014_life_cycle', '8060f6620e89307a717254140e4cc4f483f539398971d758c78b4cc311f8e004'],
  ['0015_provisioning', '36baff93b98c38b8203581653d8ecb721719f0ec37067694cab1d96a673c6468'],
  ['0016_domain_verification', '192810b42110399ac882ad0c52da8b9751aa0846eec982bbaeafebbebb1ae94f'],
  ['0017_metering', '1ca0ca3ce69c40e8b060ab1c79f717584629c7baa065627ea6f7847a7b97b0ab'],
  ['0018_usage_totals', '2e7b9959d7ebf1fb9e843e5733101ecc59e59e0f4afbb146db240f73a1d5aa99'],
  ['0019_usage_grains', 'e027f8e66d6674465b1596233aa5845a8c79bf1a2fc99ff8c176ca8b4c41cade'],
  ['0020_granting', '31bc751ee05f2889d92fa5804b3b0ad5dc3b5c9cb0dfc3765b937673c46e5a69'],
  ['0021_sending_mail', '4e2019061889decf691e0d035ef65c30e2aed21517bc1e0d5c4bf8a241568843'],
  ['0023_gateway_role', '76de3bb441105a25116d3b30134e5203eb5ca2f80ca8b53fa54eb559be9f0e82'],
  ['0025_budgets', '5e829acba944267ef50688029c1e4075316e8464ab9f6f01a2c05d25b22b6d13'],
  ['0026_trusted_documents', 'fc19f09ce5e974f7cdbc52d7eda37a326512d8dc0b116f543c575d343e7afd02'],
  [
    '0027_no_cycle_by_several_moves',
    'fe892a0e0e8423b0b641535f570c40d2a50708abe47355577c59117e2911559b',
  ],
  ['0028_migration_checksums', '2993a8070703b703dc9f290e6b0debd927fe172c31837c0e2df0f5a5285290a4'],
  ['0029_operator_actor', '18b6c1ad325ac56fe0c215611adf3e6255d3d83b89f92b0e1af4d7c20887cca4'],
  ['0030_typed_text', '0ed891bf2e0489ce0e38de5390898a2421a1209417c3a368841f4c18222b9b3e'],
]);
/** The migration that version 0.1 ends with. */
export const LAST_REPLACED = '0030_typed_text';
/** Migrations from here on are changes to the baseline. */
const FIRST_AFTER_BASELINE = '0200';

/** Whether a migration is one of version 0.1. */
export const isReplaced = (name: string): boolean => REPLACED.has(name);

/** Whether a migration of this version is part of the baseline. */
export const isBaseline = (name: string): boolean =>
  !isReplaced(name) && name < FIRST_AFTER_BASELINE;

/**
 * Makes sure that a database with migrations of version 0.1 has all of them, as they were written.
 * Throws a `ConfigurationError` that says what to do otherwise.
 */
export function requireAllReplaced(history: readonly AppliedMigration[]): void {
  const applied = new Map(history.map(({ name, sha256 }) => [name, sha256]));
  const names = [...REPLACED.keys()];
  const missing = names.find((name) => !applied.has(name));
  const lacks = missing ?? names.find((name) => !applied.get(name));
  if (lacks !== undefined)
    throw new ConfigurationError(
      `The database lacks the migration ${lacks} of version 0.1${missing === undefined ? ' in its checksums' : ''}: ` +
        `run banyan migrate of version 0.1 first, which brings the database to ${LAST_REPLACED}, and then this version.`,
    );
  const other = names.find((name) => applied.get(name)?.toString('hex') !== REPLACED.get(name));
  if (other !== undefined)
    throw new ConfigurationError(
      `The migration ${other} that this database applied is not the one of version 0.1, so this version cannot tell what the database is: ` +
        'restore a backup that version 0.1 migrated.',
    );
}

/**
 * Puts the names of the baseline in the place of those of version 0.1. Their time is that of the
 * last one.
 */
export async function replaceHistory(tx: Database, baseline: readonly string[]): Promise<void> {
  const replaced = [...REPLACED.keys()];
  await sql`
    insert into kysely_migration (name, timestamp)
    select baseline.name, last.timestamp
    from unnest(${baseline}::text[]) as baseline (name) cross join kysely_migration as last
    where last.name = ${LAST_REPLACED}`.execute(tx);
  await sql`delete from kysely_migration where name = any (${replaced}::text[])`.execute(tx);
  await sql`delete from migration_checksums where name = any (${replaced}::text[])`.execute(tx);
}
