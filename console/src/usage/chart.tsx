/** Bars over time, before those of the period before. The table beside it says the same in numbers. */
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { chartOptions } from './chart-options.ts';
import type { TimelinePart } from './parts.ts';

export interface ChartProps {
  parts: readonly TimelinePart[];
  label: string;
  /** Called with the part under the pointer; null when there is none. */
  onPoint(index: number | null): void;
}

export default function Chart({ parts, label, onPoint }: ChartProps) {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (!element) return undefined;
    const plot = new uPlot(
      chartOptions(element, parts, onPoint),
      // Doubles, since a bar is only as exact as a pixel.
      [
        parts.map((_part, index) => index),
        parts.map(({ before }) => (before === undefined ? null : Number(before))),
        parts.map(({ value }) => Number(value)),
      ],
      element,
    );
    const resized = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: element.clientHeight }),
    );
    resized.observe(element);
    // Paths hold the colors that they were made with.
    const stop = onThemeChange(() => plot.redraw(true, true));
    return () => {
      stop();
      resized.disconnect();
      plot.destroy();
    };
  }, [parts, onPoint]);
  return <div ref={host} className="usage-chart" role="img" aria-label={label} />;
}

/** Calls back whenever colors may have changed. */
function onThemeChange(changed: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', changed);
  const chosen = new MutationObserver(changed);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', changed);
    chosen.disconnect();
  };
}
