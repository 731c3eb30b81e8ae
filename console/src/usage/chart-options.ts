/** How the chart is drawn. */
import uPlot from 'uplot';
import { formatCompact } from '../ui/format.ts';
import type { TimelinePart } from './parts.ts';

/** Room for a label below the bars. */
const TICK_WIDTH = 68;
const AXIS_WIDTH = 52;
/** The widest bar, and how much of its place a bar takes. That of the period before stands behind. */
const BAR_MAX = 64;
const BAR_SHARE = 0.5;
const BAR_MAX_BEFORE = 96;
const BAR_SHARE_BEFORE = 0.8;

export function chartOptions(
  host: HTMLElement,
  parts: readonly TimelinePart[],
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const color = (name: string) => (): string => resolveColor(host, name);
  const { fontFamily } = getComputedStyle(host);
  const font = `12px ${fontFamily}`;
  const bars = (share: number, widest: number, name: string): uPlot.Series => ({
    fill: color(name),
    width: 0,
    points: { show: false },
    paths: uPlot.paths.bars?.({ size: [share, widest], radius: 0.12 }) ?? (() => null),
  });
  return {
    width: host.clientWidth,
    height: host.clientHeight,
    padding: [10, 8, 0, 0],
    legend: { show: false },
    // Parts stand side by side at equal widths, however many days they have.
    scales: {
      x: { time: false, range: () => [-0.5, parts.length - 0.5] },
      y: { range: (_plot, low, high) => [Math.min(0, low), Math.max(0, high) * 1.05 || 1] },
    },
    axes: [
      {
        font,
        size: 30,
        stroke: color('--ink-quiet'),
        grid: { show: false },
        ticks: { show: false },
        splits: ({ width }) => everyFew(parts.length, width - AXIS_WIDTH),
        values: (_plot, indexes) => indexes.map((index) => parts[index]?.tick ?? ''),
      },
      {
        font,
        size: AXIS_WIDTH,
        stroke: color('--ink-quiet'),
        grid: { stroke: color('--line'), width: 1 },
        ticks: { show: false },
        values: (_plot, values) => values.map(formatCompact),
      },
    ],
    series: [
      {},
      bars(BAR_SHARE_BEFORE, BAR_MAX_BEFORE, '--usage-before'),
      bars(BAR_SHARE, BAR_MAX, '--accent'),
    ],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false } },
    hooks: { setCursor: [({ cursor: { idx } }) => onPoint(idx ?? null)] },
  };
}

/** The indexes that have a label, as many as there is room for. */
function everyFew(count: number, width: number): number[] {
  const step = Math.max(1, Math.ceil((count * TICK_WIDTH) / Math.max(width, 1)));
  return Array.from({ length: Math.ceil(count / step) }, (_item, index) => index * step);
}

/** A color of the theme that is on now, in a form that a canvas takes. */
function resolveColor(host: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  host.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
