/** Timing: percentiles over rounds, and tables that say how to read them. */

export interface Timing {
  p50: number;
  p95: number;
}

/** Runs `work` some times unmeasured and then `rounds` times, one after the other; milliseconds. */
export async function time(
  work: (round: number) => Promise<unknown>,
  rounds = 31,
  warmup = 8,
): Promise<Timing> {
  for (let round = 0; round < warmup; round++) await work(round);
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    await work(round);
    times.push(performance.now() - begin);
  }
  return summary(times);
}

/** Median and 95th percentile. */
export function summary(times: readonly number[]): Timing {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

/** Two decimals for milliseconds. */
export function ms(value: number): string {
  return value.toFixed(2);
}

/** Prints rows as a Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(markdownTable(head, rows));
}

/** Rows as a Markdown table. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [
    line(head),
    `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`,
    ...rows.map(line),
  ].join('\n');
}

/** Prints whether a measured figure keeps its target. */
export function verdict(what: string, measured: number, target: number, unit: string): void {
  console.log(
    `${measured <= target ? 'kept  ' : 'MISSED'}  ${what}: ${measured.toFixed(2)}${unit}, target ≤ ${target}${unit}`,
  );
}
