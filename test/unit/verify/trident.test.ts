import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { digest } from "#base";
import { Findings } from "../../verify/trident/check.ts";
import { isUnknown } from "../../verify/trident/layout.ts";
import { blocks8, compareNearly, comparePicture, OTHER_DECODER } from "../../verify/trident/pixels.ts";
import { hasTridentAnswers } from "../../verify/trident/truth.ts";

describe("findings", () => {
  test("count what agrees and say in a line what does not", () => {
    const findings = new Findings();
    findings.same("n", [1, 2], [1, 2]);
    findings.same("n", 3, 4);
    findings.near("area", 1 + 1e-13, 1, { relative: 1e-12 });
    findings.near("area", 1.1, 1, { absolute: 0.05 });
    findings.near("area", Number.NaN, 1, { absolute: 0.05 });
    findings.same("nothing", undefined, 1);
    expect(findings.passed).toBe(2);
    expect(findings.differences).toEqual([
      "n: got 3, expected 4",
      "area: got 1.1, expected 1 within 0.05",
      "area: got NaN, expected 1 within 0.05",
      "nothing: got nothing, expected 1",
    ]);
  });
});

describe("pictures", () => {
  const rgb = (value: (i: number) => number, side = 16) => ({
    data: Uint8Array.from({ length: side * side * 3 }, (_, i) => value(i)),
    width: side,
    height: side,
  });

  test("are equal by their bytes only", async () => {
    const picture = rgb((i) => i % 251);
    const truth = { size: [16, 16] as const, sha256: await digest("SHA-256", picture.data) };
    const findings = new Findings();
    await comparePicture(findings, "patch", picture, truth);
    await comparePicture(
      findings,
      "patch",
      rgb((i) => (i === 9 ? 0 : i % 251)),
      truth,
    );
    await comparePicture(
      findings,
      "patch",
      rgb((i) => i % 251, 15),
      truth,
    );
    expect([findings.passed, findings.differences.length]).toEqual([3, 2]);
  });

  test("are near by means and blocks", () => {
    const picture = rgb(() => 100);
    const truth = {
      size: [16, 16] as const,
      sha256: "",
      mean: [100.4, 100, 100],
      blocks8: btoa(String.fromCharCode(...new Uint8Array(192).fill(102))),
    };
    const findings = new Findings();
    compareNearly(findings, "patch", picture, truth, OTHER_DECODER);
    expect(findings.differences).toEqual([]);
    compareNearly(
      findings,
      "patch",
      rgb(() => 99),
      truth,
      OTHER_DECODER,
    );
    expect(findings.differences).toHaveLength(2);
  });

  test("have 8 x 8 block means, halves to even", () => {
    // Two rows and two columns a block: 1, 2, 1, 2 has a mean of 1.5, 3 and 2 one of 2.5.
    const picture = rgb((i) => {
      const x = Math.floor(i / 3) % 16;
      return x < 2 ? 1 + (x % 2) : 2 + (x % 2);
    });
    expect(Array.from(blocks8(picture).subarray(0, 6))).toEqual([2, 2, 2, 2, 2, 2]);
  });
});

describe("a folder of TRIDENT's answers", () => {
  const folder = mkdtempSync(join(tmpdir(), "coverslip-"));
  afterAll(() => rmSync(folder, { recursive: true }));

  test("is known by its layout, whatever its name and however few parts it has", async () => {
    expect(await hasTridentAnswers(folder)).toBe(false);
    expect(await hasTridentAnswers(join(folder, "absent"))).toBe(false);
    writeFileSync(join(folder, "README.md"), "");
    expect(await hasTridentAnswers(folder)).toBe(false);
    mkdirSync(join(folder, "coords"));
    writeFileSync(join(folder, "coords", "any.json"), "{}");
    expect(await hasTridentAnswers(folder)).toBe(true);
  });

  test("has inputs beside its parts; anything else is named", () => {
    expect(["contours/a.geojson", "h5/a-coords.h5", "cases.json", "coords/a.json"].filter(isUnknown)).toEqual([]);
    expect(isUnknown("newpart/a.json")).toBe(true);
    expect(isUnknown("coordinates.json")).toBe(true);
  });
});
