import { digest, WsiError } from "#base";
import type { Pixels, Slide } from "#slide";
import type { Answer, Digest, Failure, Opened, OrFailure, Profile, Question } from "./answer.ts";
import { openFromFolder } from "./open-from-folder.ts";

/** The page's side of `npm run verify`: opens what the file input holds, exactly as the app would, and digests it. */
async function answerTo(question: Question): Promise<Answer> {
  const input = document.querySelector<HTMLInputElement>("#files")!;
  const files = Array.from(input.files ?? []);
  const entries = question.paths.map((path, index) => {
    const file = files[index];
    if (!file || file.name !== path.split("/").at(-1)) throw new Error(`file ${index} is ${file?.name}, not ${path}`);
    return { path, file };
  });
  let slide: Slide;
  try {
    slide = await openFromFolder(question, entries);
  } catch (error) {
    return { outcome: "refused", failure: describe(error) };
  }
  try {
    return await digestSlide(slide, question);
  } finally {
    await slide.close();
  }
}

async function digestSlide(slide: Slide, question: Question): Promise<Opened> {
  const associated: Record<string, OrFailure<Digest & { width: number; height: number; icc: Profile | null }>> = {};
  for (const { name } of slide.associatedImages) {
    associated[name] = await attempt(async () => {
      const pixels = await slide.readAssociatedImage(name);
      return {
        ...(await digestPixels(pixels)),
        width: pixels.width,
        height: pixels.height,
        icc: await profile(await slide.readIccProfile(name)),
      };
    });
  }
  const regions: OrFailure<Digest>[] = [];
  for (const region of question.regions) {
    regions.push(await attempt(async () => digestPixels(await slide.readRegion(region))));
  }
  return {
    outcome: "opened",
    vendor: slide.vendor,
    reader: slide.reader,
    levels: slide.levels.map(({ width, height, downsample }) => ({
      width,
      height,
      downsample,
    })),
    properties: slide.properties,
    bestLevels: Object.fromEntries(
      question.downsamples.map((text) => [text, slide.getBestLevelForDownsample(Number(text))]),
    ),
    icc: await attempt(async () => ({
      profile: await profile(await slide.readIccProfile()),
    })),
    associated,
    thumbnail: question.thumbnail
      ? await attempt(async () => {
          const pixels = await slide.getThumbnail(256, 256);
          return {
            width: pixels.width,
            height: pixels.height,
            meanRgb: mean(pixels).slice(0, 3),
          };
        })
      : undefined,
    regions,
    blocks: await digestBlocks(slide, question),
  };
}

/** How many blocks wait in the pool's queue at a time: enough to keep every worker busy. */
const BLOCKS_AHEAD = 8;

/** As `make_blocks.py` of the slides folder: row by row, and nothing more of a slide after its first error. */
async function digestBlocks(slide: Slide, { blockLevels, blockSize }: Question): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  for (const level of blockLevels) {
    const { width, height, downsample } = slide.levels[level] ?? {
      width: 0,
      height: 0,
      downsample: 1,
    };
    const waiting: Promise<OrFailure<string>>[] = [];
    let joined = "";
    const take = async () => {
      const block = await waiting.shift()!;
      const failed = typeof block !== "string";
      joined += failed ? "error   " : block;
      return failed;
    };
    let failed = false;
    for (let y = 0; y < height && !failed; y += blockSize) {
      for (let x = 0; x < width && !failed; x += blockSize) {
        const region = {
          x: Math.trunc(x * downsample),
          y: Math.trunc(y * downsample),
          level,
          width: Math.min(blockSize, width - x),
          height: Math.min(blockSize, height - y),
        };
        waiting.push(attempt(async () => (await digest("SHA-256", (await slide.readRegion(region)).data)).slice(0, 8)));
        if (waiting.length >= BLOCKS_AHEAD) failed = await take();
      }
    }
    while (waiting.length > 0 && !failed) failed = await take();
    await Promise.all(waiting);
    out[level] = joined;
    if (failed) break;
  }
  return out;
}

async function attempt<T>(work: () => Promise<T>): Promise<OrFailure<T>> {
  try {
    return await work();
  } catch (error) {
    return { failure: describe(error) };
  }
}

function describe(error: unknown): Failure {
  if (!(error instanceof Error))
    return {
      name: typeof error,
      message: String(error),
      detail: undefined,
      typed: false,
    };
  const detail = (error as { detail?: unknown }).detail;
  return {
    name: error.name,
    message: error.message,
    detail: typeof detail === "string" ? detail : undefined,
    typed: error instanceof WsiError,
  };
}

async function digestPixels(pixels: Pixels): Promise<Digest> {
  if (pixels.data.length !== pixels.width * pixels.height * 4) throw new Error(`${pixels.data.length} bytes of pixels`);
  return {
    sha256: await digest("SHA-256", pixels.data),
    argbSha256: await digest("SHA-256", premultiplied(pixels.data)),
    meanRgba: mean(pixels),
  };
}

/**
 * What `openslide_read_region` itself wrote: little-endian ARGB, premultiplied. openslide-python un-premultiplies by
 * floor(255 c / a), so that ceil(c a / 255) has the first value back exactly.
 */
function premultiplied(rgba: Uint8ClampedArray<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const argb = new Uint8Array(rgba.length);
  for (let at = 0; at < rgba.length; at += 4) {
    const alpha = rgba[at + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      argb[at + 2 - channel] = Math.ceil((rgba[at + channel]! * alpha) / 255);
    }
    argb[at + 3] = alpha;
  }
  return argb;
}

async function profile(bytes: Uint8Array<ArrayBuffer> | undefined): Promise<Profile | null> {
  return bytes ? { length: bytes.length, sha256: await digest("SHA-256", bytes) } : null;
}

function mean({ data, width, height }: Pixels): number[] {
  const sum = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i++) sum[i & 3]! += data[i]!;
  return sum.map((channel) => Math.round((channel / (width * height)) * 1e4) / 1e4);
}

declare global {
  var ask: (question: Question) => Promise<Answer>;
}
globalThis.ask = answerTo;
