import type { Labels } from "./types";

/** Whether two sets hold the same, in whatever order. */
export function sameLabels(a: Labels, b: Labels): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
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
