/**
 * Rules of the model that can be turned on and off, in one place.
 *
 * Taking away is bounded like giving: revoking keys and invitations, and adding a member whose open invitation ends by
 * it, require the scopes that are lost; a role that is used below cannot gain or lose scopes, nor be deleted, by
 * somebody who could not give them there.
 */
export const TAKING_IS_BOUNDED: boolean = false;
