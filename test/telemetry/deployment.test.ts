import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { histograms } from '../../src/telemetry/metrics/histograms.ts';
import { instruments } from '../../src/telemetry/metrics/instruments.ts';

const SUFFIXES: Record<string, string> = { s: '_seconds', By: '_bytes' };
const nameOf = ({ name, unit }: { name: string; unit: string }): string =>
  `${name.replaceAll('.', '_')}${SUFFIXES[unit] ?? ''}`;

/** Every name that Prometheus sees. */
const exported = new Set([
  ...instruments.map((each) => `${nameOf(each)}${each.kind === 'counter' ? '_total' : ''}`),
  ...histograms.flatMap((each) =>
    ['_bucket', '_sum', '_count'].map((part) => `${nameOf(each)}${part}`),
  ),
  // Prometheus' own.
  'up',
]);

/** Names of metrics in an expression: words that no parenthesis follows, without labels and functions. */
function metricsIn(expression: string): string[] {
  const bare = expression
    .replaceAll(/\{[^}]*\}/g, ' ')
    .replaceAll(/\[[^\]]*\]/g, ' ')
    .replaceAll(/\b(?:by|on|ignoring|group_left|group_right|without) \([^)]*\)/g, ' ')
    .replaceAll(/label_values\((\w+), \w+\)/g, '$1');
  return [...bare.matchAll(/[a-z]\w*(?!\w|\s*\()/g)]
    .map(([name]) => name)
    .filter((name) => !['or', 'and', 'unless', 'bool'].includes(name));
}

const rules = await readFile('deploy/observability/alerts.yaml', 'utf8');
const dashboard = await readFile('deploy/observability/dashboard.json', 'utf8');
const guide = await readFile('docs/guide/observability.md', 'utf8');

describe('the alerts', () => {
  const alerts = rules.split(/^ {6}- alert: /m).slice(1);

  it('ask for metrics that are exported', () => {
    const names = alerts.flatMap((alert) => {
      const [, expression = ''] = /expr: (?:\|\n)?([^]*?)\n {8}(?:for|labels):/.exec(alert) ?? [];
      expect(expression).not.toBe('');
      return metricsIn(expression);
    });
    expect(names).toContain('up');
    expect(names.filter((name) => !exported.has(name))).toEqual([]);
  });

  it('lead to a heading of the guide, under which a line says what to do', () => {
    expect(alerts.length).toBeGreaterThan(10);
    for (const alert of alerts) {
      const [name = ''] = alert.split('\n');
      expect(alert).toContain(`docs/guide/observability.md#${name.toLowerCase()}\n`);
      expect(guide).toMatch(new RegExp(`^### ${name}\n\n\\S.{40}`, 'm'));
    }
  });
});

describe('the dashboard', () => {
  it('asks for metrics that are exported, and for nearly all of them', () => {
    const { panels, templating } = JSON.parse(dashboard) as {
      panels: { targets?: { expr: string }[] }[];
      templating: { list: { query: string | { query: string } }[] };
    };
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const queries = templating.list.flatMap(({ query }) =>
      typeof query === 'string' ? [] : [query.query],
    );
    const names = [...expressions, ...queries].flatMap(metricsIn);
    expect(names.filter((name) => !exported.has(name))).toEqual([]);
    expect(new Set(names).size).toBeGreaterThan(25);
  });
});
