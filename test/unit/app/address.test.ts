import { describe, expect, test } from "vitest";
import { askedFor, nameOf, queryFor, SAMPLE_ADDRESS } from "../../../src/app/opening/address.ts";

const asked = (query: string) => askedFor(new URL(`https://slides.example/app/${query}`));

describe("what the address asks for", () => {
  test("nothing without a query", () => {
    expect(asked("")).toEqual({ kind: "nothing" });
    expect(asked("#x=1&y=2&d=3")).toEqual({ kind: "nothing" });
  });

  test("the sample, with or without a value", () => {
    expect(asked("?sample")).toEqual({ kind: "slide", address: SAMPLE_ADDRESS });
    expect(asked("?sample=1")).toEqual({ kind: "slide", address: SAMPLE_ADDRESS });
  });

  test("a slide of the same origin, by relative and by full address", () => {
    expect(asked("?url=../data/a.svs")).toEqual({ kind: "slide", address: "../data/a.svs" });
    expect(asked("?url=https%3A%2F%2Fslides.example%2Fa.svs").kind).toBe("slide");
  });

  test.each([
    "https://elsewhere.example/a.svs",
    "//elsewhere.example/a.svs",
    "http://slides.example/a.svs",
    "https://slides.example:8443/a.svs",
    "data:text/plain,hello",
    "blob:https://slides.example/7",
    "file:///a.svs",
  ])("another origin is refused with a sentence: %s", (address) => {
    const answer = asked(`?url=${encodeURIComponent(address)}`);
    expect(answer.kind).toBe("refused");
    if (answer.kind === "refused") {
      expect(answer.failure.what).toContain("another site");
      expect(answer.failure.next).toContain("open it from your disk");
    }
  });

  test("what is no address at all is refused as such", () => {
    const answer = asked(`?url=${encodeURIComponent("https://")}`);
    expect(answer.kind === "refused" && answer.failure.what).toContain("is not an address");
  });

  test("the query brings the same slide back", () => {
    for (const address of [SAMPLE_ADDRESS, "../data/a b&c.svs"]) {
      expect(asked(queryFor(address))).toEqual({ kind: "slide", address });
    }
    expect(queryFor(undefined)).toBe("");
  });

  test("a slide is called by the last part of its path", () => {
    expect(nameOf(new URL("https://slides.example/data/a%20b.svs?x=1"))).toBe("a b.svs");
    expect(nameOf(new URL("https://slides.example/data/%E0%A4.svs"))).toBe("%E0%A4.svs");
    expect(nameOf(new URL("https://slides.example/"))).toBe("slides.example");
  });
});
