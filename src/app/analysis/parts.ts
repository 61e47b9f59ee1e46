import { explain } from "../failures/explain.ts";
import type { Failure } from "../failures/failure.ts";
import type { Library } from "../library.ts";
import type { Kept } from "../opening/kept.ts";
import type { Session } from "../opening/session.ts";
import type { ChoicesStore } from "../stores/choices.ts";
import type { ChromeStore } from "../stores/chrome.ts";
import type { JobStore } from "../stores/job.ts";
import type { ModelsStore } from "../stores/models.ts";
import type { ResultsStore } from "../stores/results.ts";
import type { SettingsStore } from "../stores/settings.ts";
import type { SlidesStore } from "../stores/slides.ts";
import type { TissueStore } from "../stores/tissue.ts";
import type { Engine } from "./engine-contract.ts";
import type { FolderPicker } from "./folder-picker.ts";

/** What the use-cases of the analysis work with. */
export interface AnalysisParts {
  readonly library: Library;
  readonly session: Session;
  readonly kept: Kept;
  readonly slides: SlidesStore;
  readonly chrome: ChromeStore;
  readonly settings: SettingsStore;
  readonly choices: ChoicesStore;
  readonly tissue: TissueStore;
  readonly models: ModelsStore;
  readonly job: JobStore;
  readonly results: ResultsStore;
  /** The analysis code of the library: loaded at its first use, one and the same afterwards. */
  readonly engine: () => Promise<Engine>;
  readonly folderPicker: FolderPicker;
}

/** An error as sentences, even where the code that knows it could not be loaded. */
export async function failureOf(
  parts: Pick<AnalysisParts, "engine">,
  error: unknown,
  name: string,
  sizeBytes?: number,
): Promise<Failure> {
  const about = { name, sizeBytes };
  try {
    return (await parts.engine()).explain(error, about);
  } catch {
    return explain(error, about);
  }
}
