/** Where a command reads from and writes to. */
export interface Terminal {
  /** The settings; absent for those of the process. */
  environment?: NodeJS.ProcessEnv;
  /** What is piped into the command. */
  input: NodeJS.ReadableStream;
  /** Writes a line for people to standard output. */
  print(line: string): void;
  /** Writes text to standard output as it is. */
  write(text: string): void;
  /** Writes a line about what went wrong to standard error. */
  complain(line: string): void;
}

/** The terminal that the process was started on. */
export const processTerminal: Terminal = {
  input: process.stdin,
  print: (line) => void process.stdout.write(`${line}\n`),
  write: (text) => void process.stdout.write(text),
  complain: (line) => void process.stderr.write(`${line}\n`),
};
