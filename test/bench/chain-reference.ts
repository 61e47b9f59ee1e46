import { join } from "node:path";
import { REPOSITORY } from "../support/page-build.ts";
import { installPackages } from "../support/python-packages.ts";
import { startPython } from "./python.ts";

const PACKAGES = [
  "openslide-bin==4.0.1.2",
  "openslide-python==1.4.7",
  "opencv-python-headless==5.0.0.93",
  "shapely==2.2.0",
  "pillow==13.0.0",
  "h5py==3.16.0",
  "onnxruntime==1.31.1",
  "numpy==2.4.6",
];

const MODEL = join(REPOSITORY, "src/models/built-in/dist/scattering-he-v1.onnx");

/** Seconds of a run of chain.py, by stage. */
export interface ReferenceTimes {
  readonly wall: number;
  readonly cpu: number;
  readonly tissue: number;
  readonly coords: number;
  readonly features: number;
  readonly reading: number;
  readonly preprocessing: number;
  readonly model: number;
  readonly writing: number;
  readonly patches: number;
  /** Most memory that the process has ever had, in bytes. */
  readonly peakBytes: number;
}

/** The same chain in Python; see chain.py. */
export interface ReferenceChain {
  readonly versions: Readonly<Record<string, string>>;
  /** Writes features.f4 and coords.i4 into `out`, beside what a chain writes. */
  run(options: { file: string; out: string; mpp: number; batch: number; readers: number }): Promise<ReferenceTimes>;
  /** Tissue alone, in seconds. */
  tissue(file: string, mpp: number): Promise<number>;
  /** Writes a features file as TRIDENT does, and reads one, in seconds. */
  write(file: string, rows: number, columns: number): Promise<void>;
  read(file: string): Promise<number>;
  close(): void;
}

export async function startReferenceChain(): Promise<ReferenceChain> {
  const python = await startPython<Record<string, string>>("chain.py", await installPackages(PACKAGES), [MODEL]);
  return {
    versions: python.hello,
    run: (options) => python.ask({ do: "chain", ...options }),
    tissue: async (file, mpp) => (await python.ask<{ wall: number }>({ do: "tissue", file, mpp })).wall,
    write: async (file, rows, columns) => void (await python.ask({ do: "write", file, rows, columns })),
    read: async (file) => (await python.ask<{ wall: number }>({ do: "read", file })).wall,
    close: python.close,
  };
}
