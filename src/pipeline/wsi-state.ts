import { randomHex } from "#base";
import type { Folder } from "#storage";
import { epochOf, stampOf } from "./clock.ts";
import { isObject, parseObject, sortedJson } from "./json-text.ts";
import { STATES_FOLDER } from "./layout.ts";
import { readText } from "./read-text.ts";
import type { StepReason, StepStatus } from "./slide-state.ts";

/** The schema that TRIDENT 0.3.0 writes; version 1 is read and upgraded. */
const SCHEMA_VERSION = 2;
const PATCH_FEATURES = "patch_features:";
const SLIDE_FEATURES = "slide_features:";

/** A file that a stage read or wrote, as it was when recorded. */
export interface StateOutput {
  readonly path: string;
  readonly exists: boolean;
  readonly bytes: number | null;
}

interface StateAttempt {
  attempt_id: string;
  started_at: string | null;
  started_epoch: number | null;
  finished_at: string | null;
  finished_epoch: number | null;
  duration_s: number | null;
  result: string;
  error: string | null;
}

export interface StateTask {
  status: StepStatus | string;
  reason: StepReason | string | null;
  message: string | null;
  /** Version 1 had events of another form here; they are kept as they are. */
  attempts: (StateAttempt | Record<string, unknown>)[];
  outputs: Record<string, StateOutput | null>;
  _active_attempt_id: string | null;
}

/** `wsi_states/<name>__<hash>.json`: what was done to one slide, for people and for tools. */
export interface WsiState {
  schema_version: number;
  trident_version: string;
  slide: Record<string, unknown>;
  meta: Record<string, unknown>;
  tasks: Record<string, StateTask>;
  summary: Record<string, unknown>;
  resume: Record<string, unknown>;
  updated_at: string;
}

/** What a state file says of its slide. */
export interface StateSlide {
  readonly name: string;
  readonly extension: string;
  readonly path: string;
  /** First 12 digits of the SHA-1 of the path. */
  readonly hash: string;
}

export function createState(slide: StateSlide, version: string, now: Date): WsiState {
  return {
    schema_version: SCHEMA_VERSION,
    trident_version: version,
    slide: {
      id: `${slide.name}${slide.extension}__${slide.hash}`,
      name: slide.name,
      ext: slide.extension,
      abs_path: slide.path,
      rel_path: null,
      reader_type: "OpenSlideWSI",
    },
    meta: {},
    tasks: {},
    summary: {},
    resume: {},
    updated_at: stampOf(now),
  };
}

/** A state file's content of either version; undefined where it is none. */
export function readState(text: string): WsiState | undefined {
  const value = parseObject(text);
  if (!value || !isObject(value.slide)) return undefined;
  const tasks: Record<string, StateTask> = {};
  for (const [name, task] of Object.entries(isObject(value.tasks) ? value.tasks : {})) {
    if (isObject(task)) tasks[name] = readTask(task);
  }
  const state: WsiState = {
    ...value,
    schema_version: SCHEMA_VERSION,
    trident_version: String(value.trident_version ?? "unknown"),
    slide: value.slide,
    meta: isObject(value.meta) ? value.meta : {},
    tasks,
    summary: {},
    resume: isObject(value.resume) ? value.resume : {},
    updated_at: String(value.updated_at ?? ""),
  };
  state.summary = summarize(tasks);
  return state;
}

/** Names of a job folder's state files. */
export async function listStates(folder: Folder): Promise<string[]> {
  const entries = await folder.list(STATES_FOLDER);
  return entries.filter(({ name, kind }) => kind === "file" && name.endsWith(".json")).map(({ name }) => name);
}

/** All states of a job folder, by file name; those that cannot be read are passed over. */
export async function readStates(folder: Folder): Promise<WsiState[]> {
  const states: WsiState[] = [];
  for (const name of await listStates(folder)) {
    const text = await readText(folder, `${STATES_FOLDER}/${name}`);
    const state = text === undefined ? undefined : readState(text);
    if (state) states.push(state);
  }
  return states;
}

function readTask(task: Record<string, unknown>): StateTask {
  const text = (value: unknown) => (typeof value === "string" ? value : null);
  return {
    ...task,
    status: text(task.status) ?? "not_started",
    reason: text(task.reason),
    message: text(task.message),
    attempts: Array.isArray(task.attempts) ? task.attempts.filter(isObject) : [],
    outputs: (isObject(task.outputs) ? task.outputs : {}) as StateTask["outputs"],
    _active_attempt_id: text(task._active_attempt_id),
  };
}

export function stateText(state: WsiState): string {
  return sortedJson(state, 2);
}

/** What is known of the slide; nothing known before is lost. */
export function setMeta(state: WsiState, meta: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(meta)) if (value !== undefined && value !== null) state.meta[key] = value;
}

/** What a stage has to say when it begins or ends. */
export interface TaskEvent {
  readonly status: StepStatus;
  readonly reason?: StepReason | null;
  readonly message: string;
  readonly outputs: Readonly<Record<string, StateOutput | null>>;
  /** What went wrong, without "ERROR: ". */
  readonly error?: string;
}

/** Opens an attempt. */
export function startTask(state: WsiState, name: string, event: Omit<TaskEvent, "status">, now: Date): void {
  const attempt: StateAttempt = {
    attempt_id: randomHex(12),
    started_at: stampOf(now),
    started_epoch: epochOf(now),
    finished_at: null,
    finished_epoch: null,
    duration_s: null,
    result: "running",
    error: null,
  };
  const task = update(state, name, { ...event, status: "running" }, now);
  task.attempts.push(attempt);
  task._active_attempt_id = attempt.attempt_id;
}

/**
 * Completes the open attempt; a stage that was skipped needs none.
 * Unlike TRIDENT's, a reason or error of an earlier run does not outlive success.
 */
export function finishTask(state: WsiState, name: string, event: TaskEvent, now: Date): void {
  const task = update(state, name, event, now);
  const active = task.attempts.find((attempt) => attempt.attempt_id === task._active_attempt_id);
  task._active_attempt_id = null;
  if (event.status === "skipped") {
    // Begun, then found to be somebody else's: no attempt of ours.
    if (active) task.attempts.splice(task.attempts.indexOf(active), 1);
    return;
  }
  const attempt =
    active ??
    ({ attempt_id: randomHex(12), started_at: null, started_epoch: null, duration_s: null } as Record<string, unknown>);
  if (!active) task.attempts.push(attempt);
  const started = attempt.started_epoch;
  Object.assign(attempt, {
    finished_at: stampOf(now),
    finished_epoch: epochOf(now),
    duration_s: typeof started === "number" ? epochOf(now) - started : null,
    result: event.status,
    error: event.error ?? null,
  });
}

function update(state: WsiState, name: string, event: TaskEvent, now: Date): StateTask {
  const before = state.tasks[name];
  const task: StateTask = {
    ...before,
    status: event.status,
    reason: event.reason ?? null,
    message: event.message,
    attempts: before?.attempts ?? [],
    outputs: { ...event.outputs },
    _active_attempt_id: before?._active_attempt_id ?? null,
  };
  state.tasks[name] = task;
  state.summary = summarize(state.tasks);
  const at = stampOf(now);
  const { last_error: lastError } = state.resume;
  state.resume = { last_task: name, last_status: event.status, last_updated_at: at };
  if (event.error !== undefined) {
    state.resume.last_error = { task: name, at, reason: null, message: event.message, error: event.error };
  } else if (isObject(lastError) && !(lastError.task === name && event.status === "completed")) {
    state.resume.last_error = lastError;
  }
  state.updated_at = at;
  return task;
}

/** "completed", or "completed (empty_geodataframe)". */
export function labelOf({ status, reason }: Pick<StateTask, "status" | "reason">): string {
  return reason ? `${status} (${reason})` : status;
}

function summarize(tasks: Readonly<Record<string, StateTask>>): Record<string, unknown> {
  const summary: Record<string, unknown> = {};
  for (const [name, task] of Object.entries(tasks)) {
    const label = labelOf(task);
    const [group, encoder] = groupOf(name);
    if (!encoder) summary[name] = label;
    else summary[group] = { ...(summary[group] as object | undefined), [encoder]: label };
  }
  return summary;
}

/** A task's name as group and encoder; the encoder is "" for the stages that have none. */
export function groupOf(task: string): [group: string, encoder: string] {
  for (const prefix of [PATCH_FEATURES, SLIDE_FEATURES]) {
    if (task.startsWith(prefix)) return [prefix.slice(0, -1), task.slice(prefix.length)];
  }
  return [task, ""];
}
