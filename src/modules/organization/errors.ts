/** Expected failures of changes to organizations. */
import { defineUserError } from '../../command/user-error.ts';

export const VersionConflictError = defineUserError<'VersionConflictError', { currentVersion: number }>('VersionConflictError', {
  code: 'VERSION_CONFLICT',
  message: 'The organization was changed meanwhile; read it again and decide anew.',
  description: 'The version that the caller expected is not the present one.',
});

export const SlugTakenError = defineUserError<'SlugTakenError', { slug: string; reason: 'RESERVED' | 'TAKEN' }>('SlugTakenError', {
  code: 'SLUG_TAKEN',
  message: 'The slug cannot be taken: it belongs, or once belonged, to an organization, or is reserved.',
  description: 'The slug cannot be taken. `slugAvailability` asks the same beforehand.',
});

export const DepthLimitError = defineUserError<'DepthLimitError', { limit: number }>('DepthLimitError', {
  code: 'DEPTH_LIMIT',
  message: 'The organization, or one below it, would lie too deep in the tree.',
  description: 'The tree would become deeper than the platform allows.',
});

export const CycleError = defineUserError('CycleError', {
  code: 'CYCLE',
  message: 'An organization cannot lie below itself.',
  description: 'The new parent is the organization itself, or lies below it.',
});

export const HasChildrenError = defineUserError<'HasChildrenError', { childCount: number }>('HasChildrenError', {
  code: 'HAS_CHILDREN',
  message: 'There are organizations below; delete them first, or use the mode CASCADE.',
  description: 'Organizations lie below the one to be deleted, and the mode is RESTRICT.',
});

export const ParentDeletedError = defineUserError('ParentDeletedError', {
  code: 'PARENT_DELETED',
  message: 'The organization above is deleted; restore that one first.',
  description: 'An organization cannot be restored below one that is deleted.',
});

export const ExternalAccountTakenError = defineUserError<'ExternalAccountTakenError', { system: string; accountId: string }>(
  'ExternalAccountTakenError',
  {
    code: 'EXTERNAL_ACCOUNT_TAKEN',
    message: 'Another organization has this account of another system.',
    description: 'An account in another system belongs to one organization; another has it.',
  },
);
