import { expect, it } from "vitest";
import { CapabilityError, messageOf, toError } from "#base";

it("whatever was thrown becomes an error with its words, and an error stays itself", () => {
  const typed = new CapabilityError("WebGPU", "no adapter");
  expect(toError(typed)).toBe(typed);
  expect(messageOf(typed)).toBe("WebGPU is not available: no adapter");
  expect(toError("no room")).toEqual(new Error("no room"));
  expect([messageOf("no room"), messageOf(7), messageOf(undefined)]).toEqual(["no room", "7", "undefined"]);
});
