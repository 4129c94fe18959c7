import { count } from "../lib/format";

const width = 220;
const height = 36;

/** One line without axes; gaps stay gaps. The numbers beside it say what the line cannot. */
export function Sparkline({ values, label, unit = "" }: { values: (number | null)[]; label: string; unit?: string }) {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return <span className="dim">no data yet</span>;
  const top = Math.max(...known, 0);
  const bottom = Math.min(...known, 0);
  const scale = top - bottom || 1;
  const x = (at: number) => (at / Math.max(1, values.length - 1)) * width;
  const y = (value: number) => height - 2 - ((value - bottom) / scale) * (height - 4);
  let path = "";
  let drawing = false;
  values.forEach((value, at) => {
    if (value === null) drawing = false;
    else {
      path += `${drawing ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
      drawing = true;
    }
  });
  const last = known[known.length - 1]!;
  return (
    <span className="spark">
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={`${label}: now ${count(last)}${unit}, most ${count(top)}${unit}`}>
        <path d={path} />
        {values[values.length - 1] !== null && <circle cx={x(values.length - 1) - 2} cy={y(last)} r="2" />}
      </svg>
      <span className="spark-now num">
        {count(last)}
        {unit}
      </span>
    </span>
  );
}
