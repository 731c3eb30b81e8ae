/** Who may read the schema through the API. */
import { BREAK, visit, type DocumentNode } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { RequestError, unauthenticated } from '../errors.ts';

/** Everybody, anyone with a credential, or nobody. */
export type IntrospectionPolicy = 'public' | 'authenticated' | 'off';

const introspects = new WeakMap<DocumentNode, boolean>();

function isIntrospection(document: DocumentNode): boolean {
  let introspecting = introspects.get(document);
  if (introspecting === undefined) {
    introspecting = false;
    visit(document, {
      Field(node) {
        if (node.name.value !== '__schema' && node.name.value !== '__type') return undefined;
        introspecting = true;
        return BREAK;
      },
    });
    introspects.set(document, introspecting);
  }
  return introspecting;
}

/** Refuses introspection to callers whom the policy excludes. */
export function refuseIntrospection(
  policy: IntrospectionPolicy,
  document: DocumentNode,
  { principal }: Pick<Context, 'principal'>,
): void {
  if (policy === 'public' || !isIntrospection(document)) return;
  if (policy === 'off')
    throw new RequestError('FORBIDDEN', 'Introspection is turned off.', { requiredScopes: [] });
  if (!principal.credential) throw unauthenticated();
}
