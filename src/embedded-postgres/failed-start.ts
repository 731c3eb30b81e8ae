/** A failed start; `cause` is what PostgreSQL reported. */
export class FailedStart extends Error {
  readonly reason: string | undefined;

  constructor(reason: string | undefined) {
    super(reason ?? 'no reason given');
    this.reason = reason;
  }

  /** Whether processes of an earlier server still hold the folder. */
  get isHeld(): boolean {
    return /pre-existing shared memory block|lock file .* already exists|is empty/.test(
      this.message,
    );
  }

  get isPortTaken(): boolean {
    return /could not create any TCP\/IP sockets/.test(this.message);
  }
}
