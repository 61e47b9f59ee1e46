import { stampOf } from "./clock.ts";
import { pythonJson, sortedJson } from "./json-text.ts";
import { groupOf, labelOf, type WsiState } from "./wsi-state.ts";

/** `runs/<run_id>.json`: one run of a job. */
export interface RunManifest {
  readonly run_id: string;
  readonly tool: string;
  readonly started_at: string;
  finished_at: string | null;
  status: "running" | "completed" | "error";
  error: string | null;
  readonly trident_version: string;
  readonly host: string;
  readonly pid: number;
  readonly job_dir: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export const runText = (run: RunManifest): string => sortedJson(run, 2);

export function finishRun(run: RunManifest, status: RunManifest["status"], error: string | null, now: Date): void {
  run.finished_at = stampOf(now);
  run.status = status;
  run.error = error;
}

const HEADER = `# TRIDENT job summary

This file is updated once per run and summarizes what TRIDENT has done in this \`job_dir\`.

- Per-slide machine-readable state lives in \`wsi_states/*.json\`.
- Per-run manifests live in \`runs/*.json\`.
`;

/** TRIDENT cuts errors at this length. */
const MAX_ERROR_CHARACTERS = 200;
const LABEL_ORDER = ["completed", "skipped", "error", "running", "not_started", "unknown"];

/** `summary.md` with one more section: this run, and what all slides of the folder have come to. */
export function appendSummary(before: string | undefined, run: RunManifest, states: readonly WsiState[]): string {
  return `${before ?? HEADER}\n${section(run, states)}`;
}

function section(run: RunManifest, states: readonly WsiState[]): string {
  const scalars = Object.entries(run.args)
    .filter(([, value]) => value !== undefined && (value === null || typeof value !== "object"))
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const lines = [
    `## Run ${run.started_at} (trident ${run.trident_version}) — run_id=${run.run_id}`,
    `- Tool: \`${run.tool}\``,
    `- Status: **${run.status}**`,
    `- Finished: \`${run.finished_at}\``,
    `- Slides with state: ${states.length}`,
  ];
  if (scalars.length) lines.push(`- Args: \`${pythonJson(Object.fromEntries(scalars))}\``);
  if (states.length) lines.push(...taskLines(states), ...errorLines(states));
  else {
    lines.push("", "> No `wsi_states/*.json` found yet for this job dir, so this summary only contains run metadata.");
  }
  return `${lines.join("\n")}\n`;
}

function taskLines(states: readonly WsiState[]): string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const state of states) {
    for (const [name, task] of Object.entries(state.tasks)) {
      const labels = counts.get(name) ?? new Map<string, number>();
      counts.set(name, labels);
      const label = labelOf(task);
      labels.set(label, (labels.get(label) ?? 0) + 1);
    }
  }
  const names = [...counts.keys()].sort();
  const lines = names
    .filter((name) => groupOf(name)[1] === "")
    .map((name) => `- ${name}: ${countsText(counts.get(name)!)}`);
  for (const [group, title] of [
    ["patch_features", "Patch features"],
    ["slide_features", "Slide features"],
  ]) {
    const members = names.filter((name) => groupOf(name)[0] === group && groupOf(name)[1] !== "");
    if (members.length) lines.push(`- ${title}:`);
    for (const name of members) lines.push(`  - ${groupOf(name)[1]}: ${countsText(counts.get(name)!)}`);
  }
  return lines;
}

function countsText(labels: ReadonlyMap<string, number>): string {
  const rank = (label: string) => {
    const at = LABEL_ORDER.indexOf(label.split(" ")[0]!);
    return at < 0 ? LABEL_ORDER.length : at;
  };
  return [...labels]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([label, count]) => `${label}: ${count}`)
    .join(", ");
}

function errorLines(states: readonly WsiState[]): string[] {
  const errors: string[] = [];
  for (const { slide, resume } of states) {
    const error = (resume.last_error as { error?: string; message?: string } | undefined) ?? undefined;
    if (!error) continue;
    const text = (error.error ?? error.message ?? "").replace(/\r?\n/g, " ");
    const cut = text.length > MAX_ERROR_CHARACTERS ? `${text.slice(0, MAX_ERROR_CHARACTERS)}…` : text;
    errors.push(`  - ${slide.name}: ${cut}`);
  }
  return errors.length ? [`- Errors (${errors.length}):`, ...errors] : [];
}
