import type { JobSlide, JobTask } from "./settings.ts";
import type { SlideState, StepState } from "./slide-state.ts";

const NOT_STARTED: StepState = { status: "not_started", reason: null, notices: [], done: 0, total: 0, seconds: 0 };

export function createSlideState({ name, path }: Pick<JobSlide, "name" | "path">): SlideState {
  return {
    name,
    path,
    status: "waiting",
    step: undefined,
    steps: { segmentation: NOT_STARTED, coords: NOT_STARTED, features: NOT_STARTED },
    contours: undefined,
    patches: undefined,
    error: undefined,
    seconds: 0,
  };
}

/** The states of all slides; every change makes new objects, so that who draws them sees what changed. */
export class SlideStates {
  readonly #at = new Map<string, number>();
  readonly #onChange: () => void;
  readonly #states: SlideState[];
  /** Copied when it is asked for, not at each change: a long job changes far more often than anybody looks. */
  #all: readonly SlideState[] | undefined;

  constructor(states: readonly SlideState[], onChange: () => void) {
    this.#states = [...states];
    for (const [index, { path }] of states.entries()) this.#at.set(path, index);
    this.#onChange = onChange;
  }

  get all(): readonly SlideState[] {
    this.#all ??= [...this.#states];
    return this.#all;
  }

  get(path: string): SlideState {
    const state = this.#states[this.#at.get(path) ?? -1];
    if (!state) throw new RangeError(`no slide ${path} in this job`);
    return state;
  }

  set(path: string, state: SlideState): void {
    this.get(path);
    this.#states[this.#at.get(path)!] = state;
    this.#all = undefined;
    this.#onChange();
  }

  change(path: string, change: Partial<SlideState>): void {
    this.set(path, { ...this.get(path), ...change });
  }

  changeStep(path: string, task: JobTask, change: Partial<StepState>): void {
    const { steps } = this.get(path);
    this.change(path, { steps: { ...steps, [task]: { ...steps[task], ...change } } });
  }
}
