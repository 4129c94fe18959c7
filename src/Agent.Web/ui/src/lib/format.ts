// How numbers, times and foreign texts are written. Rounding keeps three digits, so that a column stays readable while it changes.

export function count(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size >= 1e9) return `${digits(value / 1e9)} G`;
  if (size >= 1e6) return `${digits(value / 1e6)} M`;
  if (size >= 1e4) return `${digits(value / 1e3)} k`;
  return size >= 100 || Number.isInteger(value) ? String(Math.round(value)) : digits(value);
}

export function bytes(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let size = value;
  let unit = 0;
  while (Math.abs(size) >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? Math.round(size) : digits(size)} ${units[unit]}`;
}

export function percent(share: number): string {
  return Number.isFinite(share) ? `${digits(share * 100)} %` : "–";
}

export function rate(value: number | undefined): string {
  return value === undefined ? "" : `${count(value)}/s`;
}

export function byteRate(value: number | undefined): string {
  return value === undefined ? "" : `${bytes(value)}/s`;
}

export function seconds(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value <= 0) return "0 s";
  if (value < 0.001) return `${digits(value * 1e6)} µs`;
  if (value < 1) return `${digits(value * 1e3)} ms`;
  if (value < 60) return `${digits(value)} s`;
  if (value < 3600) return `${Math.floor(value / 60)} min ${Math.floor(value % 60)} s`;
  if (value < 86400) return `${Math.floor(value / 3600)} h ${Math.floor((value % 3600) / 60)} min`;
  return `${Math.floor(value / 86400)} d ${Math.floor((value % 86400) / 3600)} h`;
}

/** How long ago that was; empty for no time, and for Go's zero time. */
export function age(time: string | number | undefined, now: number): string {
  const at = typeof time === "number" ? time : Date.parse(time ?? "");
  if (!Number.isFinite(at) || at < 0) return "";
  const passed = Math.max(0, (now - at) / 1000);
  return passed < 1 ? "now" : `${seconds(Math.floor(passed))} ago`;
}

export function clock(time: string | number | undefined): string {
  const at = new Date(time ?? NaN);
  if (Number.isNaN(at.getTime()) || at.getTime() < 0) return "";
  return at.toISOString().replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

/**
 * A text from outside, safe to stand in a line: control characters and marks that turn the direction of writing become visible, so that
 * nothing can pose as something else.
 */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, escape);
}

function escape(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : `\\u${code.toString(16).padStart(4, "0")}`;
}

function digits(value: number): string {
  const size = Math.abs(value);
  // What is small is not nothing.
  if (size > 0 && size < 0.01) return value.toPrecision(1);
  const text = value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
