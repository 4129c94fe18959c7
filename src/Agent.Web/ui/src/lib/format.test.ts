import { expect, test } from "vitest";
import { age, byteRate, bytes, clock, count, percent, rate, seconds, visible } from "./format";

test.each([
  [0, "0"],
  [7, "7"],
  [0.5, "0.5"],
  [0.00084, "0.0008"],
  [1234, "1234"],
  [12345, "12.3 k"],
  [1e6, "1 M"],
  [2.5e9, "2.5 G"],
  [NaN, "–"],
])("count of %d is %s", (value, text) => expect(count(value)).toBe(text));

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [100 * 1024 * 1024, "100 MiB"],
])("%d bytes are %s", (value, text) => expect(bytes(value)).toBe(text));

test.each([
  [0, "0 s"],
  [0.0000123, "12.3 µs"],
  [0.25, "250 ms"],
  [59, "59 s"],
  [61, "1 min 1 s"],
  [3700, "1 h 1 min"],
  [90000, "1 d 1 h"],
])("%d seconds are %s", (value, text) => expect(seconds(value)).toBe(text));

test("rates that are not known yet are empty", () => {
  expect(rate(undefined)).toBe("");
  expect(byteRate(undefined)).toBe("");
  expect(rate(20)).toBe("20/s");
});

test("ages count from now, and no time has none", () => {
  expect(age("2026-01-01T00:00:00Z", Date.parse("2026-01-01T00:01:30Z"))).toBe("1 min 30 s ago");
  expect(age(undefined, 0)).toBe("");
  expect(age("0001-01-01T00:00:00Z", Date.now())).toBe("");
  expect(clock("2026-01-01T00:00:00.5Z")).toBe("2026-01-01 00:00:00 UTC");
});

test("marks that turn the direction of writing, and control characters, become visible", () => {
  expect(visible("a\u202egnp.exe")).toBe("a\\u202egnp.exe");
  expect(visible("\u001b[31mred\u0000")).toBe("␛[31mred␀");
  expect(visible("tab\tand\nline stay, so do ünïcödé and <b>")).toBe("tab\tand\nline stay, so do ünïcödé and <b>");
});

test.each([
  [0, "0 %"],
  [0.00004, "0.004 %"],
  [0.5, "50 %"],
  [1.234, "123 %"],
  [NaN, "–"],
])("%s is %s", (share, text) => expect(percent(share)).toBe(text));
