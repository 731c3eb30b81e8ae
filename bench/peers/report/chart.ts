/** Bar charts as inline SVG. */

export interface Bar {
  label: string;
  /** Lengths of the parts of the bar, one after the other, with the class of each. */
  parts: { value: number; className: string }[];
  /** Written behind the bar. */
  text: string;
  isOurs: boolean;
}

const WIDTH = 640;
const LABEL_WIDTH = 210;
const TEXT_WIDTH = 130;
const ROW = 26;
const BAR = 16;

export const escape = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

const lengthOf = ({ parts }: Bar): number => parts.reduce((total, { value }) => total + value, 0);

/** Horizontal bars on one scale from zero. */
export function barChart(title: string, bars: readonly Bar[]): string {
  const longest = Math.max(...bars.map(lengthOf));
  const scale = (WIDTH - LABEL_WIDTH - TEXT_WIDTH) / longest;
  const rows = bars.map((bar, index) => {
    const y = index * ROW;
    let x = LABEL_WIDTH;
    const parts = bar.parts.map(({ value, className }) => {
      const width = Math.max(1, value * scale);
      const rect = `<rect x="${x.toFixed(1)}" y="${y + 5}" width="${width.toFixed(1)}" height="${BAR}" class="${className}${bar.isOurs ? ' ours' : ''}"/>`;
      x += width;
      return rect;
    });
    const middle = y + 5 + BAR / 2;
    return `<g><text x="${LABEL_WIDTH - 8}" y="${middle}" class="label${bar.isOurs ? ' strong' : ''}">${escape(bar.label)}</text>${parts.join(
      '',
    )}<text x="${(x + 6).toFixed(1)}" y="${middle}" class="value">${escape(bar.text)}</text></g>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${bars.length * ROW + 8}" role="img" aria-label="${escape(title)}"><title>${escape(title)}</title>${rows.join('')}</svg>`;
}
