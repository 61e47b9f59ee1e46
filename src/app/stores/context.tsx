import { createContext, type ReactNode, use } from "react";
import type { Analysis } from "../analysis/analysis.ts";
import type { AnalysisDoor } from "../analysis/door.ts";
import type { Session } from "../opening/session.ts";
import type { ChromeState, ChromeStore } from "./chrome.ts";
import { createJobStore, type JobState } from "./job.ts";
import type { RequestsState, RequestsStore } from "./requests.ts";
import type { Settings, SettingsActions, SettingsStore } from "./settings.ts";
import type { SlidesActions, SlidesState, SlidesStore } from "./slides.ts";
import { useStore } from "./store.ts";
import { createTissueStore, tissueOf } from "./tissue.ts";

/** What the components read and ask for: a store per concern, and the session that acts on them. */
export interface AppParts {
  readonly slides: SlidesStore;
  readonly settings: SettingsStore;
  readonly chrome: ChromeStore;
  readonly requests: RequestsStore;
  readonly session: Session;
  readonly analysis: AnalysisDoor;
}

const SlidesContext = createContext<SlidesStore | undefined>(undefined);
const SettingsContext = createContext<SettingsStore | undefined>(undefined);
const ChromeContext = createContext<ChromeStore | undefined>(undefined);
const RequestsContext = createContext<RequestsStore | undefined>(undefined);
const SessionContext = createContext<Session | undefined>(undefined);
const AnalysisContext = createContext<AnalysisDoor | undefined>(undefined);

export function AppPartsProvider({ parts, children }: { parts: AppParts; children: ReactNode }) {
  return (
    <SlidesContext value={parts.slides}>
      <SettingsContext value={parts.settings}>
        <ChromeContext value={parts.chrome}>
          <RequestsContext value={parts.requests}>
            <SessionContext value={parts.session}>
              <AnalysisContext value={parts.analysis}>{children}</AnalysisContext>
            </SessionContext>
          </RequestsContext>
        </ChromeContext>
      </SettingsContext>
    </SlidesContext>
  );
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("This component stands outside <AppPartsProvider>");
  return value;
}

export const useSlidesStore = () => present(use(SlidesContext));
export const useSettingsStore = () => present(use(SettingsContext));
export const useChromeStore = () => present(use(ChromeContext));
/** Opens, shows and closes slides. */
export const useSession = () => present(use(SessionContext));
export const useAnalysisDoor = () => present(use(AnalysisContext));
/** For what is itself loaded with the analysis: waits for it. */
export const useAnalysis = (): Analysis => use(useAnalysisDoor().loading());

/** Of the job, which there is none of before the analysis is loaded. */
export function useJob<T>(select: (state: JobState) => T): T {
  const analysis = useStore(useAnalysisDoor().store, (state) => state.analysis);
  return useStore(analysis?.job ?? NO_JOB, select);
}
const NO_JOB = createJobStore();

/** `givenMpp` of a slide, as it changes. */
export function useGivenMpp(id: string | undefined): number | undefined {
  const analysis = useStore(useAnalysisDoor().store, (state) => state.analysis);
  return useStore(analysis?.tissue ?? NO_TISSUE, (state) => tissueOf(state, id).mpp);
}
const NO_TISSUE = createTissueStore();

export function useSlides<T>(select: (state: SlidesState & SlidesActions) => T): T {
  return useStore(useSlidesStore(), select);
}
export function useSettings<T>(select: (state: Settings & SettingsActions) => T): T {
  return useStore(useSettingsStore(), select);
}
export function useChrome<T>(select: (state: ChromeState) => T): T {
  return useStore(useChromeStore(), select);
}
export function useRequests<T>(select: (state: RequestsState) => T): T {
  return useStore(present(use(RequestsContext)), select);
}
