/**
 * One sample per mutation: who may send it, and inputs for it. Every test that walks all mutations reads
 * them from here, so that a new mutation needs one entry in `samples.ts` in the folder of its noun.
 */
import type { ScopeName } from '../access/model.ts';
import type { Cell, Verdict } from '../access/verdicts.ts';
import type { TestDatabase } from '../setup/database.ts';

/** Who sends a mutation. */
export type Sender = 'an API key' | 'a person' | 'a person without organization';

/** Where inputs are made for. What they need besides is added to the database, in rows of their own. */
export interface Ground {
  database: TestDatabase;
  /** UUID of the organization that inputs are about, or below which they are. */
  organization: string;
  /** Verified address of the person who calls; of any person of the organization if a key calls. */
  email: string;
}

/** An input of a mutation. */
export type Input = Record<string, unknown>;

/** Makes an input that succeeds, on rows that nothing else has used. */
export type Plant = (ground: Ground) => Input | Promise<Input>;

/**
 * Who may send a mutation: holders of a scope on the organization (if it names a row that only holders
 * of another scope see: `seenWith`), holders of `child_organizations:manage` above the organization,
 * people for what is their own, or everybody who acts in an organization.
 */
export type Right =
  { scope: ScopeName; seenWith?: ScopeName } | 'from above' | 'people' | 'everybody';

/**
 * An input about the target of a cell of the matrix of rights. `answer` is what those are answered who
 * have the right of the sample: the name of a payload, or the code of a failure. `verdict` is for an
 * input that takes another right: it is what the caller of the cell is answered.
 */
export type Attempt = {
  input: Input;
  /** Tells it from the others; the name of the mutation when absent. */
  alias?: string;
  /** Another mutation, which has to follow at once. */
  name?: string;
} & ({ answer: Verdict } | { verdict: Verdict });

/** How a mutation that takes an idempotency key is repeated. */
export interface Repeats {
  /** What the payload shows, if it is more than in other tests. */
  shows?: string;
  /** What the input has beside the sample's. */
  also?: Plant;
  /** What another input under the same key says instead; absent if there is nothing else to say. */
  other?: Plant;
}

/** One mutation. */
export interface Sample {
  right: Right;
  input: Plant;
  /** Further inputs that succeed, by other statements. */
  more?: readonly Plant[];
  /** Who sends it where one caller is enough; an API key when absent. */
  sender?: Sender;
  /** What the payload shows beside its type. */
  shows?: string;
  /** Whether attempts stand in the audit log; true when absent. */
  isLogged?: boolean;
  /**
   * What is tried on each target of the matrix of rights, in this order. It leaves the target as it was,
   * as far as the rows of the matrix can tell, or changes it back.
   */
  attempts(cell: Cell): readonly Attempt[];
  /** Required if it takes an idempotency key. */
  repeats?: Repeats;
}

/** Samples of the mutations of a noun, by name. */
export type Samples = Readonly<Record<string, Sample>>;
