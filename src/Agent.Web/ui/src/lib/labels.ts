import type { Labels } from "./types";

/** Whether two sets hold the same, in whatever order. */
export function sameLabels(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

/** Labels as JSON, to be shown where people may change it. Signs that turn the direction of writing are written as escapes. */
export function labelsText(labels: Labels): string {
  return JSON.stringify(labels).replace(/[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** What somebody wrote as JSON; nothing is no labels, and anything but an object of texts is null. */
export function parseLabels(text: string): Labels | null {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject && Object.values(value).every((one) => typeof one === "string") ? (value as Labels) : null;
  } catch {
    return null;
  }
}
