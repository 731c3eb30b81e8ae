/** The report as one page that needs nothing else. */
import type { Measured } from '../measure.ts';
import { queries, type PeerQuery } from '../queries.ts';
import { barChart, escape, type Bar } from './chart.ts';
import type { Results } from './results.ts';
import { decimals, HEAD, overview, rowsOf, whole } from './rows.ts';

const STYLE = `
  :root { color-scheme: light dark; --text: #1c2430; --dim: #5b6675; --line: #d9dee5; --page: #fff;
    --bar: #a9b4c2; --ours: #1f7a4d; --database: #d7dde5; --database-ours: #8cc7a8; --missed: #b3261e; }
  @media (prefers-color-scheme: dark) { :root { --text: #e6eaf0; --dim: #9aa6b5; --line: #333c48; --page: #14181e;
    --bar: #5d6a7a; --ours: #3fb37c; --database: #39434f; --database-ours: #23674a; --missed: #ff8a80; } }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 1400px; margin: 2rem auto; padding: 0 1rem; }
  h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 3rem; } h3 { margin: 2.5rem 0 .25rem; }
  p { max-width: 75ch; } .dim { color: var(--dim); }
  .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(430px, 1fr)); gap: 0 2rem; }
  figure { margin: .5rem 0; } figcaption { color: var(--dim); font-size: 13px; }
  svg { width: 100%; height: auto; } svg text { font-size: 13px; fill: var(--text); dominant-baseline: middle; }
  svg .label { text-anchor: end; } svg .strong { font-weight: 600; }
  .rate, .process { fill: var(--bar); } .rate.ours, .process.ours { fill: var(--ours); }
  .database { fill: var(--database); } .database.ours { fill: var(--database-ours); }
  .scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
  th, td { text-align: left; padding: .3rem .7rem .3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  .missed { color: var(--missed); font-weight: 600; } .quick { border: 2px solid var(--missed); padding: .5rem 1rem; }
  summary { cursor: pointer; color: var(--dim); }`;

const cellHtml = (text: string): string =>
  `<td${text.includes('MISSED') ? ' class="missed"' : ''}>${escape(text)}</td>`;

function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = rows.map((row) => `<tr>${row.map(cellHtml).join('')}</tr>`);
  return `<div class="scroll"><table><thead><tr>${head.map((cell) => `<th>${escape(cell)}</th>`).join('')}</tr></thead><tbody>${lines.join('\n')}</tbody></table></div>`;
}

const figure = (title: string, bars: readonly Bar[]): string =>
  `<figure><figcaption>${escape(title)}</figcaption>${barChart(title, bars)}</figure>`;

function section({ key, title }: PeerQuery, { peers, measured }: Results): string {
  const figures = measured.filter(({ query }) => query === key);
  if (figures.length === 0) return '';
  const bar = (row: Measured, parts: Bar['parts'], text: string): Bar => ({
    label: peers.find(({ name }) => name === row.peer)?.label ?? row.peer,
    parts,
    text,
    isOurs: row.peer === 'banyan' || row.peer === 'general',
  });
  const rates = figures.map((row) =>
    bar(row, [{ value: row.rate, className: 'rate' }], whole(row.rate)),
  );
  const costs = figures.map((row) =>
    bar(
      row,
      [
        { value: row.processCpu, className: 'process' },
        { value: row.postgresCpu, className: 'database' },
      ],
      `${decimals(row.processCpu, 3)} + ${decimals(row.postgresCpu, 3)}`,
    ),
  );
  // Not measured, and null in JSON, where the system does not tell.
  const hasCpu = figures.every(
    ({ processCpu, postgresCpu }) => Number.isFinite(processCpu) && Number.isFinite(postgresCpu),
  );
  return `<h3>${escape(`${key}, ${title}`)}</h3>
<div class="charts">${figure('Requests per second: more is better', rates)}${
    hasCpu
      ? figure(
          'CPU per request in milliseconds, process (dark) + PostgreSQL (light): less is better',
          costs,
        )
      : ''
  }</div>
<details><summary>Figures</summary>${tableHtml(HEAD, rowsOf(figures, peers))}</details>`;
}

function chapter(results: Results): string {
  const { organizations, size, measuredOn, machine, plan, isQuick, peers } = results;
  const { head, rows } = overview(results);
  const memory = peers
    .map(({ label, residentMiB }) => `${label} ${decimals(residentMiB, 0)} MiB`)
    .join(', ');
  return `<h2>${whole(organizations)} organizations</h2>
${isQuick ? '<p class="quick">A quick run: nothing was warm. These figures are no results.</p>' : ''}
<p class="dim">Measured on ${measuredOn}: ${escape(machine)}. The key acts on a tree of ${whole(size)} organizations. ${plan.connections} connections,
${plan.warmUpMs / 1_000} s of warm-up per server and query, then ${plan.rounds} alternating rounds of ${plan.roundMs / 1_000} s; medians.
Resident memory at the end: ${escape(memory)}.</p>
<p>Requests per second, with milliseconds of CPU of the process per request in parentheses; then ratios with their targets.</p>
${tableHtml(head, rows)}
${queries.map((query) => section(query, results)).join('\n')}`;
}

/** The whole page. */
export function pageOf(all: readonly Results[]): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Banyan side by side</title><style>${STYLE}</style></head>
<body>
<h1>Banyan side by side</h1>
<p>The same data, the same questions and equal answers, one server loaded at a time. <em>raw</em> is node:http with one hand-written
statement per query and no check at all; <em>raw with authorization</em> checks the credential and the subtree in the statement; PostGraphile
checks nothing. Absolute figures are of one machine; the ratios are the result. Written by <code>npm run bench:peers</code>.</p>
${all.map(chapter).join('\n')}
</body>
</html>
`;
}
