/**
 * Public ids: a prefix for the type and the 32 hex digits of a UUID, e.g.
 * org_019ac2f1d0b87a3e8c5f4b2a1d0e9f87.
 */
import { badInput } from '../errors.ts';

const prefixes = {
  Organization: 'org',
  User: 'usr',
  Membership: 'mem',
  Invitation: 'inv',
  Role: 'rol',
  ApiKey: 'key',
  PersonalAccessToken: 'pat',
  AuditEvent: 'aud',
  ExternalAccount: 'ref',
  Contact: 'con',
} as const;

/** Types that have public ids. */
export type IdType = keyof typeof prefixes;

const types = new Map<string, IdType>(
  Object.entries(prefixes).map(([type, prefix]) => [prefix, type as IdType]),
);
const form = /^([a-z]{3})_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/;

/** Returns the public id of a row. */
export function encodeId(type: IdType, uuid: string): string {
  return `${prefixes[type]}_${uuid.replaceAll('-', '')}`;
}

const LATEST_ID_MS = 2 ** 48 - 1;

/** The smallest UUIDv7 of an instant: ids made before it are smaller, those made since are not. */
export function firstIdAt(instant: Date): string {
  const ms = Math.min(Math.max(instant.getTime(), 0), LATEST_ID_MS);
  const digits = ms.toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-7000-8000-000000000000`;
}

/** Returns the type and UUID of a public id, or undefined if it is malformed. */
export function parseId(id: string): { type: IdType; uuid: string } | undefined {
  const [, prefix = '', ...groups] = form.exec(id) ?? [];
  const type = types.get(prefix);
  return type && { type, uuid: groups.join('-') };
}

/**
 * Returns the UUID of a public id of the given type. Refuses any other text, naming the argument.
 */
export function decodeId(type: IdType, id: string, argument: string): string {
  const parsed = parseId(id);
  if (parsed?.type !== type)
    throw badInput(
      argument,
      `must be an id of the form ${prefixes[type]}_ and 32 lower-case hex digits`,
    );
  return parsed.uuid;
}
