import { downsampleFor, MAGNIFICATION_STEPS, magnificationOf } from "#viewer";
import { formatMagnification } from "../format.ts";
import { turn, ZOOM_STEP } from "../slide-pane/ToolStrip.tsx";
import type { AppParts } from "../stores/context.tsx";
import { hasJob, isRunning, type JobState } from "../stores/job.ts";
import { showJob, showTab } from "../stores/show-tab.ts";
import { words } from "../words.ts";

export interface Command {
  readonly id: string;
  readonly name: string;
  readonly group: keyof typeof words.commands.groups;
  /** As shown to the user. */
  readonly keys: readonly string[];
  /** Whether it would do anything now. */
  readonly isPossible: () => boolean;
  /** Absent where a key must be held. */
  readonly run?: () => void;
}

const names = words.commands.names;
/** As this keyboard writes it. */
const CTRL = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "") ? "⌘" : "Ctrl";

/** Everything that can be done by name or key. The keys of the view itself are the viewer's own. */
export function listCommands({ slides, settings, chrome, session, analysis }: AppParts): readonly Command[] {
  const always = () => true;
  const viewer = () => chrome.getState().viewer;
  const slide = () => slides.getState().slide;
  const hasView = () => viewer() !== undefined && slide() !== undefined;
  const entries = () => slides.getState().entries;
  const toggle = (key: "railOpen" | "panelOpen" | "showOverview") =>
    settings.getState().set({ [key]: !settings.getState()[key] });
  const sides = { settings, chrome };
  const magnify = (magnification: number) => {
    const scale = viewer()?.scale;
    const downsample = scale && downsampleFor(scale, magnification);
    if (downsample !== undefined) viewer()?.setView({ downsample }, { animate: true });
  };
  const loaded = () => analysis.store.getState().analysis;
  const jobIs = (test: (job: JobState) => boolean) => {
    const job = loaded()?.job.getState();
    return job !== undefined && test(job);
  };
  const runsJob = () => jobIs(isRunning);
  const scanned = () => {
    const scale = viewer()?.scale;
    return scale && magnificationOf(scale, 1);
  };
  return [
    {
      id: "open-slide",
      name: names.openSlide,
      group: "file",
      keys: [`${CTRL}+O`],
      isPossible: always,
      run: () => void session.openSlide(),
    },
    {
      id: "open-folder",
      name: names.openFolder,
      group: "file",
      keys: [],
      isPossible: always,
      run: () => void session.openFolder(),
    },
    { id: "sample", name: names.sample, group: "file", keys: [], isPossible: always, run: session.openSample },
    {
      id: "next",
      name: names.next,
      group: "file",
      keys: ["N"],
      isPossible: () => entries().length > 1,
      run: session.next,
    },
    {
      id: "previous",
      name: names.previous,
      group: "file",
      keys: ["P"],
      isPossible: () => entries().length > 1,
      run: session.previous,
    },
    {
      id: "close",
      name: names.closeSlide,
      group: "file",
      keys: [],
      isPossible: () => slides.getState().activeId !== undefined,
      run: () => session.close(slides.getState().activeId!),
    },
    {
      id: "close-all",
      name: words.slides.closeAll,
      group: "file",
      keys: [],
      isPossible: () => entries().length > 0,
      run: session.closeAll,
    },
    {
      id: "zoom-in",
      name: names.zoomIn,
      group: "view",
      keys: ["+"],
      isPossible: hasView,
      run: () => viewer()?.zoomBy(ZOOM_STEP),
    },
    {
      id: "zoom-out",
      name: names.zoomOut,
      group: "view",
      keys: ["−"],
      isPossible: hasView,
      run: () => viewer()?.zoomBy(1 / ZOOM_STEP),
    },
    {
      id: "fit",
      name: names.fit,
      group: "view",
      keys: ["0"],
      isPossible: hasView,
      run: () => viewer()?.fit({ animate: true }),
    },
    ...MAGNIFICATION_STEPS.map(
      (value, index): Command => ({
        id: `magnify-${value}`,
        name: names.magnify(formatMagnification(value)),
        group: "view",
        keys: [String(index + 1)],
        isPossible: () => hasView() && value <= (scanned() ?? 0) * 1.01,
        run: () => magnify(value),
      }),
    ),
    {
      id: "magnify-most",
      name: names.most,
      group: "view",
      keys: ["7"],
      isPossible: hasView,
      // The viewer stops where a slide pixel is as large as it gets.
      run: () => viewer()?.setView({ downsample: Number.MIN_VALUE }, { animate: true }),
    },
    { id: "move", name: names.move, group: "view", keys: ["←", "→", "↑", "↓"], isPossible: hasView },
    {
      id: "rotate-left",
      name: names.rotateLeft,
      group: "view",
      keys: [],
      isPossible: hasView,
      run: () => turn(viewer()!, -90),
    },
    {
      id: "rotate-right",
      name: names.rotateRight,
      group: "view",
      keys: [],
      isPossible: hasView,
      run: () => turn(viewer()!, 90),
    },
    {
      id: "upright",
      name: names.upright,
      group: "view",
      keys: [],
      isPossible: () => hasView() && viewer()!.view.rotation !== 0,
      run: () => viewer()?.setView({ rotation: 0 }, { animate: true }),
    },
    { id: "hide", name: names.hide, group: "view", keys: ["H"], isPossible: hasView },
    {
      id: "overview",
      name: names.overview,
      group: "view",
      keys: [],
      isPossible: hasView,
      run: () => toggle("showOverview"),
    },
    { id: "rail", name: names.rail, group: "window", keys: ["["], isPossible: always, run: () => toggle("railOpen") },
    {
      id: "panel",
      name: names.panel,
      group: "window",
      keys: ["]"],
      isPossible: always,
      run: () => toggle("panelOpen"),
    },
    {
      id: "slide-tab",
      name: names.slideTab,
      group: "window",
      keys: [],
      isPossible: always,
      run: () => showTab(sides, "slide"),
    },
    {
      id: "analyse-tab",
      name: names.analyseTab,
      group: "analysis",
      keys: [],
      isPossible: hasView,
      run: () => showTab(sides, "analyse"),
    },
    {
      id: "find-tissue",
      name: names.findTissue,
      group: "analysis",
      keys: [],
      isPossible: hasView,
      run: () => {
        showTab(sides, "analyse");
        analysis.load().then(
          ({ findTissue }) => findTissue(),
          // The panel says that it could not be loaded.
          () => {},
        );
      },
    },
    {
      id: "results-tab",
      name: names.resultsTab,
      group: "analysis",
      keys: [],
      isPossible: hasView,
      run: () => showTab(sides, "results"),
    },
    {
      id: "job-tab",
      name: names.jobTab,
      group: "analysis",
      keys: [],
      isPossible: () => jobIs(hasJob),
      run: () => showJob(sides),
    },
    {
      id: "cancel-job",
      name: names.cancelJob,
      group: "analysis",
      keys: [],
      isPossible: runsJob,
      run: () => loaded()?.cancel(),
    },
    {
      id: "go-on",
      name: names.goOn,
      group: "analysis",
      keys: [],
      isPossible: () => jobIs(({ unfinished }) => unfinished !== undefined),
      run: () => void loaded()?.goOn(),
    },
    {
      id: "open-job",
      name: names.openJob,
      group: "analysis",
      keys: [],
      isPossible: () => hasView() && !runsJob() && loaded()?.isFolderPossible === true,
      run: () => void loaded()?.openJobFolder(),
    },
    {
      id: "download-zip",
      name: names.downloadZip,
      group: "analysis",
      keys: [],
      isPossible: () => jobIs(({ outcome }) => outcome !== undefined),
      run: () => void loaded()?.downloadZip(),
    },
    {
      id: "view-tab",
      name: names.viewTab,
      group: "window",
      keys: [],
      isPossible: always,
      run: () => showTab(sides, "view"),
    },
    {
      id: "dark",
      name: names.dark,
      group: "window",
      keys: [],
      isPossible: always,
      run: () => settings.getState().set({ theme: "dark" }),
    },
    {
      id: "light",
      name: names.light,
      group: "window",
      keys: [],
      isPossible: always,
      run: () => settings.getState().set({ theme: "light" }),
    },
    {
      id: "system",
      name: names.systemTheme,
      group: "window",
      keys: [],
      isPossible: always,
      run: () => settings.getState().set({ theme: "system" }),
    },
    {
      id: "requests",
      name: names.requests,
      group: "window",
      keys: [],
      isPossible: always,
      run: () => chrome.setState({ floating: "requests" }),
    },
    {
      id: "keys",
      name: names.keys,
      group: "window",
      keys: ["?"],
      isPossible: always,
      run: () => chrome.setState({ floating: "keys" }),
    },
    {
      id: "find",
      name: names.find,
      group: "window",
      keys: [`${CTRL}+K`],
      isPossible: always,
      run: () => chrome.setState({ floating: "commands" }),
    },
  ];
}

/** Commands that are possible now and whose name contains every word that was typed. */
export function findCommands(commands: readonly Command[], typed: string): readonly Command[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  return commands.filter(
    (command) =>
      command.run && command.isPossible() && wanted.every((word) => command.name.toLowerCase().includes(word)),
  );
}
