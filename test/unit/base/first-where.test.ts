import { expect, test } from "vitest";
import { firstWhere } from "#base";

test("the first of a range that meets a condition, or its end, in few looks", () => {
  for (let end = 3; end < 40; end++) {
    for (let wanted = 3; wanted <= end; wanted++) {
      let looks = 0;
      const found = firstWhere(3, end, (value) => {
        looks++;
        expect(value).toBeGreaterThanOrEqual(3);
        expect(value).toBeLessThan(end);
        return value >= wanted;
      });
      expect(found).toBe(wanted);
      expect(looks).toBeLessThanOrEqual(6);
    }
  }
});
