import type { DeviceReason } from "#models";
import type { Bottleneck, JobTask, SlideStatus, StepNotice } from "#pipeline";
import { formatCount, formatPercent, formatSpeed } from "./format.ts";

const slides = (count: number) => (count === 1 ? "1 slide" : `${formatCount(count)} slides`);
const patches = (count: number) => (count === 1 ? "1 patch" : `${formatCount(count)} patches`);

/** What a result was made from, as the pipeline names it. */
const CAUSES: Readonly<Record<string, string>> = {
  segmenter: "tissue finder",
  holesAreTissue: "holes",
  targetMagnification: "magnification for tissue",
  givenMpp: "pixel size",
  contours: "contours",
  mag: "magnification",
  mpp: "µm per pixel",
  patchSize: "patch size",
  overlap: "overlap",
  minTissueProportion: "tissue in a patch",
  coords: "patches",
  model: "encoder",
};
const named = (causes: readonly string[]) => causes.map((cause) => CAUSES[cause] ?? cause).join(", ");

/** What the analysis says: `words.ts`, for the part of the app that is loaded once a slide is open. */
export const analysisWords = {
  analyse: {
    nothing: "Open a slide to find its tissue, cut it into patches and describe them by features.",
    cancel: "Cancel",
  },

  pixelSize: {
    title: "How large is a pixel?",
    why: "The file does not say. Magnification and areas need it; it is asked for once.",
    refused: (um: string) =>
      `The file says ${um}, by which the slide cannot be analysed. What is said here counts instead.`,
    field: "µm per pixel",
    use: "Use this",
    usual: "Usual scans: 0.25 at 40×, 0.5 at 20×, 1 at 10×.",
    wouldBe: (width: string, height: string) => `The scan would then be ${width} × ${height}.`,
    notPlausible: "No glass slide is that size. Check the value before you use it.",
    notANumber: "Type a number such as 0.25.",
    given: (um: string) => `${um} per pixel, as you said`,
    change: "Change",
  },

  tissue: {
    title: "Tissue",
    find: "Find tissue",
    again: "Find again",
    nothing: "Separates tissue from glass by its colour (Otsu), on a coarse view of the whole slide.",
    working: "Looking for tissue…",
    workingOf: (done: number, total: number) =>
      `Looking for tissue: ${formatCount(done)} of ${formatCount(total)} tiles`,
    pieces: (count: number) => (count === 1 ? "1 piece" : `${formatCount(count)} pieces`),
    found: (pieces: string, area: string | undefined, share: number) =>
      [pieces, area, `${formatPercent(share)} of the slide`].filter(Boolean).join(", "),
    none: "No tissue was found.",
    noneWhy: "The slide may be blank, very pale or stained in a way this method does not see. No patches can be cut.",
    holes: "Holes count as tissue",
    show: "Show contours",
  },

  patches: {
    title: "Patches",
    by: "Scale by",
    byChoices: { mag: "Magnification", mpp: "Pixel size" },
    magnification: "Magnification",
    mpp: "µm per pixel",
    size: "Patch size",
    overlap: "Overlap",
    px: "px",
    least: "Tissue in a patch, at least",
    touching: "any",
    show: "Show the grid",
    counting: "Laying the grid…",
    count: patches,
    about: (count: number) => `≈ ${patches(count)}`,
    wide: (side: string) => `of ${side}`,
    none: "No patch passes. Ask for less tissue in a patch, or for smaller patches.",
  },

  features: {
    title: "Features",
    encoder: "Encoder",
    builtIn: "comes with the app",
    add: "Add an ONNX model…",
    addHint: "For an encoder of your own, drop its .onnx file on the page, with its card (.json) if it has one.",
    remove: (name: string) => `Remove ${name}`,
    dimension: (count: number) => `${formatCount(count)} numbers per patch`,
    goodFor: "Good for",
    notGoodFor: "Not for",
    madeFor: (size: number, magnification: string) => `Made for patches of ${size} px at ${magnification}.`,
    licence: (licence: string) => `Licence: ${licence}.`,
    device: "Runs on",
    devices: { auto: "Automatic", webgpu: "GPU", wasm: "CPU" },
    checkingDevice: "Looking at what this device offers…",
    runsOn: { webgpu: "GPU (WebGPU)", wasm: "CPU (WebAssembly)" },
    adapter: (adapter: string) => `GPU (WebGPU), ${adapter}`,
    threads: (count: number) => (count === 1 ? "1 thread" : `${count} threads`),
    reasons: {
      adapter: "the graphics processor takes this model",
      "asked-for": "as you chose",
      "no-webgpu": "this browser has no WebGPU",
      "no-adapter": "WebGPU found no graphics processor",
      "software-adapter": "the only graphics processor here is one imitated by software, slower than the CPU",
      "no-float16": "the graphics processor has no half precision, which this model needs",
      "adapter-refused": "the graphics processor refused this model",
    } satisfies Record<DeviceReason, string>,
    saveTo: "Save to",
    inBrowser: "Browser storage",
    inFolder: (name: string) => `Folder ${name}`,
    chooseFolder: "Choose a folder…",
    useBrowser: "Use browser storage",
    noPicker: "This browser cannot write into folders: results are kept here, and can be downloaded as a zip.",
    estimate: (count: number, time: string | undefined, size: string) =>
      time ? `${patches(count)}: about ${time}, ${size}` : `${patches(count)}: ${size}; how long is known once it runs`,
    tooLittleSpace: (free: string) => `Only ${free} of storage are free.`,
    needsTissue: "Run finds tissue and cuts the patches first.",
    run: "Run",
    runThis: "Run this slide",
    runAll: (count: number) => `Run all ${slides(count)}`,
    showResults: "Show results",
    download: "Download zip",
    packing: "Packing…",
  },

  card: {
    title: (file: string) => `About ${file}`,
    reading: (file: string) => `Reading ${file}…`,
    storing: (file: string, done: string, total: string) => `Storing ${file}: ${done} of ${total}`,
    sentence: "It came without a card (a .json file beside it) that tells how its patches must look.",
    filled: "What the file tells is filled in; check the rest against the model's publication.",
    name: "Name",
    inputSize: "Input side, px",
    resize: "Resize to, px",
    filter: "Resized by",
    filters: { bilinear: "Bilinear", bicubic: "Bicubic" },
    mean: "Mean (red, green, blue)",
    std: "Standard deviation (red, green, blue)",
    pooling: "Output is",
    poolings: {
      none: "one vector per patch",
      cls: "tokens: take the first",
      "mean-tokens": "tokens: their mean",
      "cls-and-mean": "tokens: first, then mean",
      "mean-plane": "a plane: its mean",
    },
    dimension: "Numbers per patch",
    magnification: "Made for magnification",
    add: "Keep this model",
    cancel: "Cancel",
    cardWrong: (field: string) => `The card's “${field}” does not fit. Correct it below.`,
    threeNumbers: "Three numbers, such as 0.485, 0.456, 0.406",
  },

  run: {
    steps: { segmentation: "finding tissue", coords: "cutting patches", features: "features" } satisfies Record<
      JobTask,
      string
    >,
    elsewhere: "waiting for another tab or program that is at it",
    slideOf: (slide: number, total: number) => `Slide ${formatCount(slide)} of ${formatCount(total)}`,
    doneOf: (done: number, total: number) => `${formatCount(done)} of ${formatCount(total)}`,
    speed: (perSecond: number) => `${formatSpeed(perSecond)} patches/s`,
    left: (time: string) => `${time} left`,
    leftAll: (time: string) => `${time} left for all`,
    slowest: {
      reading: "slowest: reading the slide",
      preprocessing: "slowest: resizing patches",
      model: "slowest: the model",
      writing: "slowest: writing",
    } satisfies Record<Bottleneck, string>,
    cancel: "Cancel",
    cancelling: "Stopping after this batch…",
    starting: "Starting…",
    measuring: "Measuring the speed…",
    progress: "Progress of the job",
    ended: (done: number, failed: number, cancelled: boolean, warned = 0) =>
      cancelled
        ? done > 0
          ? `Cancelled; ${slides(done)} done. The rest is kept as far as it came.`
          : "Cancelled. What was done is kept."
        : [
            `${slides(done)} done`,
            warned > 0 ? `${formatCount(warned)} with a warning` : "",
            failed > 0 ? `${formatCount(failed)} failed` : "",
          ]
            .filter(Boolean)
            .join(", ")
            .concat("."),
    unfinished: (name: string, others: number) =>
      others > 0 ? `Work on ${name} and ${slides(others)} more was not finished.` : `Work on ${name} was not finished.`,
    unfinishedNote: "What was done is kept; it goes on where it stopped.",
    goOn: "Go on",
    forget: "Forget it",
    awaits: (names: string) => `To go on, open again: ${names}.`,
  },

  job: {
    title: "Job",
    nothing: "Nothing has run yet. Open slides or a folder, then start from Analyse.",
    open: "Open a job folder…",
    openHint: "A folder made here or by TRIDENT in Python, to go on from it.",
    opened: (name: string) => `Folder ${name}`,
    retryFailed: "Retry failed",
    retry: (name: string) => `Retry ${name}`,
    columns: { slide: "Slide", state: "State", patches: "Patches", time: "Time" },
    states: {
      waiting: "waiting",
      working: "working",
      done: "done",
      warning: "done, see note",
      failed: "failed",
      needs_mpp: "needs its pixel size",
      locked: "worked on elsewhere",
      cancelled: "cancelled",
    } satisfies Record<SlideStatus, string>,
    notice: (notice: StepNotice): string => {
      switch (notice.kind) {
        case "no_tissue":
          return "No tissue was found.";
        case "no_patches":
          return "No patch passes the settings.";
        case "other_settings":
          return `Kept a result made with other settings (${named(notice.changed)}).`;
        case "edited_contours":
          return "Kept contours that were edited by hand.";
        case "made_again":
          return `Made again, since this changed: ${named(notice.changed)}.`;
        case "began_anew":
          return `Features began anew: ${formatCount(notice.rowsLost)} rows did not fit (${notice.why}).`;
        case "resumed":
          return `Went on after ${patches(notice.rows)}.`;
        case "gpu_lost":
          return notice.times === 1
            ? "The GPU was lost once; the run went on."
            : `The GPU was lost ${notice.times} times; the run went on.`;
      }
    },
    locked: "Another tab or program has this slide. It is left to it.",
    found: (slidesFound: number, contours: number, features: number) =>
      `Holds contours of ${slides(contours)} and features of ${slides(features)} (${formatCount(slidesFound)} slides in all).`,
  },

  results: {
    nothing: "No features of this slide yet. Run them under Analyse, or open a job folder that holds them.",
    loading: (name: string) => `Reading the features of ${name}…`,
    press: "Press a patch on the slide: the others are coloured by how alike they are to it.",
    middle: "Take the patch in the middle",
    facts: (rows: number, dimension: number, encoder: string) =>
      `${patches(rows)}, ${formatCount(dimension)} numbers each, by ${encoder}`,
    similarity: "Cosine similarity",
    toThis: "How alike every patch is to this one; 1 is the same.",
    look: "Colours and range",
    legend: (low: string, high: string) => `Colours from ${low} to ${high}`,
    show: "Show similarity",
    colors: "Colours",
    colorMaps: { viridis: "Viridis", coolwarm: "Cool–warm" },
    range: "Range",
    ranges: { own: "Fitted to the slide", full: "0 to 1" },
    opacity: "Opacity",
    alike: "Most alike",
    choose: (rank: number, score: string) => `Patch ${rank} by likeness, ${score}: go there`,
    noPicture: "Cannot be read",
    clear: "Clear",
  },

  driven: {
    noSlides: (folder: string) => `no slides were found in ${folder}.`,
    needsMpp:
      "it does not say how large its pixels are: list it in a CSV with the columns wsi and mpp (--custom_list_of_wsis).",
    lacks: {
      geojson_not_found: "its tissue has not been found yet: run --task seg (or all) first.",
      coords_not_found: "no patches have been cut with these settings yet: run --task coords (or all) first.",
    },
    /** What the command line calls a setting. */
    options: {
      "patches.target.mag": "--mag",
      "patches.patchSize": "--patch_size",
      "patches.overlap": "--overlap",
      "patches.minTissueProportion": "--min_tissue_proportion",
      "patches.folder": "--coords_dir",
    } as Readonly<Record<string, string>>,
    devices: { webgpu: "the GPU", wasm: "the CPU" },
    legend: "Cosine similarity to the outlined patch, colours by angle. Below, the most similar patches.",
  },

  foot: (slide: number, total: number, percent: number, left: string | undefined) =>
    `Job: slide ${formatCount(slide)} of ${formatCount(total)}, ${percent} %${left ? `, ${left} left` : ""}`,

  failures: {
    modelLoad: {
      "not-onnx": (name: string) => ({
        what: `${name} is no ONNX model.`,
        why: "The runtime does not recognise its content.",
        next: "Export the encoder to ONNX and add that file. PyTorch and TensorFlow files must be converted first.",
      }),
      unsupported: (name: string) => ({
        what: `${name} cannot be run here.`,
        why: "It uses an operator, a number type or a version that the runtime does not know.",
        next: "Export it again with a lower opset (17 works well) and float32 or float16 weights.",
      }),
      "missing-data": (name: string) => ({
        what: `${name} lacks its weights.`,
        why: "They lie in a file beside it that was not given.",
        next: "Choose or drop the .onnx file together with its data file.",
      }),
      memory: (name: string) => ({
        what: `${name} is too large for this browser's memory.`,
        why: "The runtime could not get the memory the model needs.",
        next: "Close other tabs, export it as float16, or use a device with a graphics processor.",
      }),
      fetch: (name: string) => ({
        what: `The runtime for ${name} could not be fetched.`,
        why: "This device is offline and has not run a model before, or the server did not answer.",
        next: "Connect once, then try again; afterwards it works offline.",
      }),
      gone: (name: string) => ({
        what: `${name} is no longer stored here.`,
        why: "The browser's storage was cleared, or the model was removed in another tab.",
        next: "Add the model again.",
      }),
    },
    modelInput: (name: string, found: string, expected: string) => ({
      what: `${name} takes another input than patches.`,
      why: `It wants ${found}; a patch encoder takes ${expected}.`,
      next: "Check the input size on its card, or choose an encoder of image patches.",
    }),
    modelOutput: (name: string, found: string, expected: string) => ({
      what: `${name} gives another output than its card says.`,
      why: `It gives ${found}; expected was ${expected}.`,
      next: "Correct pooling and the count of numbers on its card.",
    }),
    modelNotFinite: (name: string) => ({
      what: `${name} computed something that is no number.`,
      why: "Values overflowed, as half precision does with some models.",
      next: "Run it on the CPU, or use its float32 version.",
    }),
    gpuLost: {
      what: "The graphics processor stopped.",
      why: "The driver was reset, the device slept, or memory ran out.",
      next: "Go on: what was done is kept. If it happens again, choose CPU.",
    },
    card: (field: string) => ({
      what: "The model's card cannot be used.",
      why: `Its field “${field}” is missing or does not fit.`,
      next: "Correct the card, or fill in the form.",
    }),
    folderPermission: (name: string) => ({
      what: `This page may not write to ${name}.`,
      why: "The browser's permission for the folder has ended or was not given.",
      next: "Try again and allow writing, or choose another folder: nothing that was done is lost.",
    }),
    folderVanished: (name: string) => ({
      what: `The folder ${name} is no longer there.`,
      why: "It was renamed, moved or deleted, or its drive was unplugged.",
      next: "Bring it back or choose another folder, then go on.",
    }),
    storageFull: {
      what: "There is no space left for the results.",
      why: "The disk, or what the browser grants this site of it, is full.",
      next: "Free some space or choose a folder on another disk, then go on: nothing that was done is lost.",
    },
    storage: (name: string) => ({
      what: `${name} could not be written or read.`,
      why: "The disk, the network or another program got in the way.",
      next: "Try again. If it stays, choose another folder.",
    }),
    format: (name: string) => ({
      what: `${name} is not what its name says.`,
      why: "The file is cut short, damaged, or of another kind.",
      next: "Remove it from the job folder and run again, or fetch it anew from where it came.",
    }),
    missingMpp: (name: string) => ({
      what: `${name} does not say how large its pixels are.`,
      why: "Without that, magnification and areas cannot be worked out.",
      next: "Show the slide and give its pixel size under Analyse, then retry it.",
    }),
    pixelSize: (mpp: number) => ({
      what: `A pixel of ${mpp} µm cannot be analysed.`,
      why: "Slides have pixels of 0.02 µm at least, and patches are cut from those of less than 2.4 µm.",
      next: "Show the slide and give its true pixel size under Analyse, then retry it.",
    }),
    settings: (field: string) => ({
      what: "These settings cannot be run.",
      why: `${field} is out of range.`,
      next: "Correct it under Analyse, then run again.",
    }),
    lockLost: (path: string) => ({
      what: "Another tab or program took this slide over.",
      why: `It works on ${path}, for instance since this device slept.`,
      next: "Nothing is lost. Retry when the other one is done.",
    }),
    namesake: (path: string, other: string) => ({
      what: `${path} has the same name as ${other}.`,
      why: "Results are named after the slide's file, so one would replace the other.",
      next: "Rename one of them, or run them into different folders.",
    }),
    otherSlide: (path: string) => ({
      what: `There are results of another slide named ${path.split("/").at(-1)!}.`,
      why: "The file is not the one that they were made of. Nothing was replaced.",
      next: "Choose another folder to save to, or rename the file, then run again.",
    }),
    unsteady: {
      what: "The graphics processor stopped again and again.",
      why: "It was lost several times without finishing a batch.",
      next: "Choose CPU under “Runs on”, then go on.",
    },
    nothingToPack: {
      what: "There is nothing to download.",
      why: "The browser's storage holds no results: none were made into it, or they were erased.",
      next: "Run the slides again, then download.",
    },
    noJob: (folder: string) => ({
      what: `${folder} holds no job.`,
      why: "There are no contours, patches or features in it.",
      next: "Choose the folder that holds contours_geojson.",
    }),
  },
};
