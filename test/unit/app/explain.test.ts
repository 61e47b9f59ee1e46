import { describe, expect, test } from "vitest";
import { CapabilityError } from "#base";
import { WorkerCrashedError, WorkerStuckError } from "#bridge";
import { ByteReadError } from "#bytes";
import { CorruptSlideError, MissingCompanionError, SlideClosedError, UnsupportedFormatError } from "#slide";
import { explain } from "../../../src/app/failures/explain.ts";

const file = { name: "CMU-1.svs", sizeBytes: 1000 };
const errors = [
  new UnsupportedFormatError("CMU-1.svs"),
  new CorruptSlideError("CMU-1.svs", "Unsupported TIFF compression: 50001", { reason: "unsupported" }),
  new CorruptSlideError("CMU-1.svs", "Invalid tile offset"),
  new MissingCompanionError("CMU-1.mrxs", "the folder CMU-1"),
  new SlideClosedError("CMU-1.svs"),
  new ByteReadError("CMU-1.svs", "changed", "modified"),
  new ByteReadError("CMU-1.svs", "vanished", "gone"),
  new ByteReadError("CMU-1.svs", "permission", "denied"),
  new ByteReadError("CMU-1.svs", "network", "HTTP 500"),
  new ByteReadError("CMU-1.svs", "failed", "i/o"),
  new CapabilityError("WebAssembly", "switched off"),
  new WorkerStuckError("region of CMU-1.svs", 20_000),
  new WorkerCrashedError("region of CMU-1.svs", "out of memory"),
  new DOMException("denied", "NotAllowedError"),
  new DOMException("gone", "NotFoundError"),
  new TypeError("x is not a function"),
];

describe("an error as sentences", () => {
  test.each(errors.map((error) => [error.name, error] as const))(
    "%s names the file and says what to do",
    (name, error) => {
      const failure = explain(error, file);
      expect(failure.what).toMatch(/CMU-1/);
      for (const sentence of [failure.what, failure.why, failure.next]) {
        expect(sentence).toMatch(/^[A-Z].*[.]$/s);
        // The typed name is for the details alone.
        expect(sentence).not.toContain(name);
      }
      expect(failure.details).toMatchObject({ name, message: expect.stringContaining(error.message) });
    },
  );

  test("each kind of error has its own sentence", () => {
    const sentences = errors.map((error) => explain(error, file).why);
    // NotFoundError of the browser and a vanished file are the same thing to a person.
    expect(new Set(sentences).size).toBe(errors.length - 1);
  });

  test("only a missing companion waits for a folder", () => {
    const waiting = errors.filter((error) => explain(error, file).awaitsFolder);
    expect(waiting.map(({ name }) => name)).toEqual(["MissingCompanionError"]);
    expect(explain(waiting[0], file)).toMatchObject({
      what: "CMU-1.mrxs needs the folder CMU-1.",
      action: "open-folder",
    });
  });

  test("an empty file, a wrong name and a foreign format are told apart", () => {
    expect(explain(new UnsupportedFormatError("a.svs"), { name: "a.svs", sizeBytes: 0 }).what).toBe("a.svs is empty.");
    expect(explain(new UnsupportedFormatError("a.svs"), file).why).toContain(".svs");
    expect(explain(new UnsupportedFormatError("a.tif"), file).what).toContain("not a slide");
  });

  test("what the reader does not support is not called damaged, and is told by its number", () => {
    const error = new CorruptSlideError("a.tiff", "Unsupported TIFF compression: 50001", { reason: "unsupported" });
    const failure = explain(error, file);
    expect(failure.what).toBe("a.tiff holds an image of a kind that Coverslip cannot read.");
    expect(failure.why).toContain("Unsupported TIFF compression: 50001.");
    expect(`${failure.what} ${failure.next}`).not.toMatch(/damaged|source again/);
  });

  test("what is not even an error still gets its sentence", () => {
    expect(explain("boom", { name: "" })).toMatchObject({
      what: "Something went wrong.",
      details: { name: "string", message: "boom" },
    });
  });

  test("the cause stands in the details", () => {
    const error = new CorruptSlideError("a.svs", "bad", { cause: new RangeError("offset 12 of 10") });
    expect(explain(error, file).details.message).toContain("RangeError: offset 12 of 10");
  });
});
