/** Expected failures of commands: values that a result union carries next to the payload. */

/** A failure as the client receives it, with the fields that its type declares. */
export interface UserError<Name extends string = string> {
  __typename: Name;
  code: string;
  message: string;
}

/** What all failures of one type have in common. */
export interface UserErrorText {
  /** Stable name for programs, e.g. LAST_ADMIN. */
  code: string;
  /** What happened, for people. */
  message: string;
  /** When it occurs; the description in the schema. */
  description: string;
}

/** A type of failure. `Details` are its fields in addition to code and message. */
export interface UserErrorType<
  Name extends string = string,
  Details extends object = object,
> extends UserErrorText {
  readonly name: Name;
  /** Never set; ties the details to the type. */
  readonly details?: Details;
}

const names = new Set<string>();

/** Defines a type of failure, next to the code that causes it. Throws if the name is taken. */
export function defineUserError<const Name extends string, Details extends object = object>(
  name: Name,
  text: UserErrorText,
): UserErrorType<Name, Details> {
  if (names.has(name)) throw new RangeError(`${name} is defined twice`);
  names.add(name);
  return { name, ...text };
}

/** Creates a failure. */
export function userError<Name extends string, Details extends object>(
  { name, code, message }: UserErrorType<Name, Details>,
  details: Details,
): UserError<Name> & Details {
  return { __typename: name, code, message, ...details };
}

/** Whether a command returned a failure. */
export function isUserError(value: object): value is UserError {
  return '__typename' in value && names.has(value.__typename as string);
}

/**
 * Thrown inside a command to end it with a failure: the transaction is rolled back and the attempt
 * recorded.
 */
export class Refused extends Error {
  readonly failure: UserError;

  constructor(reason: UserError) {
    super(reason.message);
    this.failure = reason;
  }
}

/** Ends a command with a failure. */
export function refuse<Details extends object>(
  type: UserErrorType<string, Details>,
  details: Details,
): never {
  throw new Refused(userError(type, details));
}
