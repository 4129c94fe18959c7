import { expect, test } from "vitest";
import { goal } from "./keys";

test("arrow keys go from row to row and stop at the ends", () => {
  expect(goal("ArrowDown", 0, 3, false)).toBe(1);
  expect(goal("ArrowDown", 2, 3, false)).toBe(2);
  expect(goal("ArrowUp", 0, 3, false)).toBe(0);
  expect(goal("End", 0, 3, false)).toBe(2);
  expect(goal("Home", 2, 3, false)).toBe(0);
});

test("from the table itself the first row is entered, and other keys stay what they are", () => {
  expect(goal("ArrowDown", -1, 3, true)).toBe(0);
  expect(goal("ArrowDown", -1, 3, false)).toBeUndefined();
  expect(goal("ArrowUp", -1, 3, true)).toBeUndefined();
  expect(goal("ArrowDown", -1, 0, true)).toBeUndefined();
  expect(goal("Enter", 1, 3, false)).toBeUndefined();
});
