/** A new organization as it is typed, and the input that is made of it. */
import {
  accountsInput,
  addressInput,
  NO_ADDRESS,
  NO_OFFERS,
  offersInput,
  textOrNull,
  type AccountDraft,
  type AddressDraft,
  type Kind,
  type OffersDraft,
} from '../profile/draft.ts';

/** A person to invite. The key tells rows apart while they are edited. */
export interface InviteeDraft {
  key: string;
  email: string;
  role: string;
}

export interface Draft {
  name: string;
  /** What was typed as the slug; undefined while it follows the name. */
  slug: string | undefined;
  kind: Kind;
  domain: string;
  reference: string;
  address: AddressDraft;
  offers: OffersDraft;
  accounts: readonly AccountDraft[];
  people: readonly InviteeDraft[];
}

export const EMPTY: Draft = {
  name: '',
  slug: undefined,
  kind: 'CUSTOMER',
  domain: '',
  reference: '',
  address: NO_ADDRESS,
  offers: NO_OFFERS,
  accounts: [],
  people: [],
};

/** How many people can be invited along. */
export const PEOPLE_MAX = 100;

/** The role that people get unless another is chosen. */
export const STANDARD_ROLE = 'user';

/** The rows with an address that a row above has already. */
export function repeatedPeople(people: readonly InviteeDraft[]): ReadonlySet<InviteeDraft> {
  const seen = new Set<string>();
  return new Set(
    people.filter(({ email }) => {
      const address = email.trim().toLowerCase();
      const isRepeated = address !== '' && seen.has(address);
      seen.add(address);
      return isRepeated;
    }),
  );
}

/** The people to invite, each once, in the order of the input. */
export function givenPeople(people: readonly InviteeDraft[]): InviteeDraft[] {
  const repeated = repeatedPeople(people);
  return people.filter((row) => row.email.trim() !== '' && !repeated.has(row));
}

/** The addresses in a text that was pasted, such as a list or `Ada <ada@example.com>`. */
export function addressesIn(text: string): string[] {
  const words = text.split(/[\s,;<>"]+/u).filter((word) => word.includes('@'));
  return [...new Map(words.map((word) => [word.toLowerCase(), word])).values()];
}

/** The input. `slug` is absent where the API shall make it from the name. */
export function inputOf(draft: Draft, parentId: string, slug: string | undefined) {
  const { name, kind, domain, reference, address, offers, accounts, people } = draft;
  const users = givenPeople(people).map(({ email, role }) => ({
    email: email.trim(),
    roles: [role],
  }));
  return {
    parentId,
    name: name.trim(),
    kind,
    ...(slug !== undefined && { slug }),
    ...(domain.trim() !== '' && { domain: domain.trim() }),
    externalReference: textOrNull(reference),
    primaryAddress: addressInput(address),
    marketplaceOffers: offersInput(offers),
    externalAccounts: accountsInput(accounts),
    ...(users.length > 0 && { users }),
  };
}
