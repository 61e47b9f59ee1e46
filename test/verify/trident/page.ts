import type { Slide } from "#slide";
import { openFromFolder } from "../open-from-folder.ts";
import { Findings, type Outcome } from "./check.ts";
import { LAYOUT, type PartName } from "./layout.ts";
import type { PartCase, SlideFile, Tools, TruthFolder } from "./part.ts";
import { PARTS } from "./parts.ts";

/** The page's side of `npm run verify` for answers of TRIDENT. */
export interface TridentPage {
  /** Parts that something compares. */
  readonly parts: readonly PartName[];
  /** Names of the cases of a part; or why they cannot be told. */
  list(part: PartName): Promise<string[]>;
  run(part: PartName, name: string): Promise<Outcome>;
}

/** Finds a slide below the `--slides` folders and puts its folder into the page's file input. */
export type FindSlide = (path: string) => Promise<FoundSlide | null>;

export interface FoundSlide {
  /** Of the files in the input, below the `--slides` folder, the slide's own first. */
  readonly paths: readonly string[];
  /** TIFF compression tags of its directories; empty for other formats. */
  readonly compressions: readonly number[];
}

declare global {
  var findSlide: FindSlide;
  var trident: TridentPage;
}

const truth: TruthFolder = {
  paths: (prefix) => [...truthFiles().keys()].filter((path) => path.startsWith(prefix)).sort(),
  json: async (path) => JSON.parse(await truth.file(path).text()),
  file: (path) => {
    const file = truthFiles().get(path);
    if (!file) throw new Error(`no ${path} among the answers`);
    return file;
  },
};

let known: Map<string, File> | undefined;
function truthFiles(): Map<string, File> {
  const input = document.querySelector<HTMLInputElement>("#truth")!;
  // A folder's files are named with the folder before them.
  known ??= new Map(Array.from(input.files ?? [], (file) => [file.webkitRelativePath.replace(/^[^/]*\//, ""), file]));
  return known;
}

async function findFiles(path: string): Promise<{ found: FoundSlide; files: File[] }> {
  const found = await globalThis.findSlide(path);
  if (!found) throw new Error(`there is no ${path} in the slides folders`);
  return { found, files: Array.from(document.querySelector<HTMLInputElement>("#slide")!.files ?? []) };
}

async function casesOf(part: PartName): Promise<readonly PartCase[]> {
  if (truth.paths(LAYOUT[part]).length === 0) return [];
  return (await PARTS[part]?.list(truth)) ?? [];
}

globalThis.trident = {
  parts: (Object.keys(LAYOUT) as PartName[]).filter((name) => PARTS[name]),
  async list(part) {
    return (await casesOf(part)).map(({ name }) => name);
  },
  async run(part, name) {
    const findings = new Findings();
    const opened: Slide[] = [];
    const tools: Tools = {
      truth,
      check: findings,
      async openSlide(path) {
        const { found, files } = await findFiles(path);
        const entries = found.paths.map((entry, index) => ({ path: entry, file: files[index]! }));
        const slide = await openFromFolder({ path, together: found.paths }, entries);
        opened.push(slide);
        return slide;
      },
      async slideFile(path): Promise<SlideFile> {
        const { found, files } = await findFiles(path);
        return { file: files[0]!, compressions: found.compressions };
      },
    };
    try {
      const one = (await casesOf(part)).find((candidate) => candidate.name === name);
      if (!one) throw new Error(`no case ${name}`);
      await one.run(tools);
    } catch (error) {
      const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      findings.holds("comparing", false, said, "an answer");
    } finally {
      for (const slide of opened) await slide.close();
    }
    return { passed: findings.passed, differences: findings.differences, leftOut: findings.leftOut };
  },
};
