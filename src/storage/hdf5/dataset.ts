// In the built types too: `AsyncDisposable` is in no lib that a consumer has by default.
/// <reference lib="esnext.disposable" preserve="true" />
/** Number types of datasets and attributes. Stored little-endian. */
export type Hdf5Type =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float16"
  | "float32"
  | "float64";

/**
 * An attribute with the type it has in the file, so that it can be written again as it was.
 * An array is a one-dimensional attribute. Strings are variable-length UTF-8 when written.
 */
export type Hdf5Attribute =
  | { readonly type: Hdf5Type; readonly value: number | readonly number[] }
  | { readonly type: "string"; readonly value: string | readonly string[] };

export type Hdf5Attributes = Readonly<Record<string, Hdf5Attribute>>;

/** A dataset to be written: rows in C order, one chunk per row, growable in the first dimension, as TRIDENT's are. */
export interface Hdf5Output {
  readonly name: string;
  readonly type: Hdf5Type;
  /** At least one dimension. (N, D) has chunks of (1, D); (D,) has chunks of one element. */
  readonly shape: readonly number[];
  /**
   * All values: numbers, which are stored as `type`, or a Blob of the very bytes (little-endian), such as a row log's
   * file. A Blob is not read here, only referred to.
   */
  readonly data: Blob | ArrayLike<number>;
  readonly attributes?: Hdf5Attributes;
}

/** float16 and float32 come as Float32Array, every other type as Float64Array, which holds integers up to 2^53 exactly. */
export type Hdf5Values = Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>;

/** What is known of a dataset without reading its values. Plain data. */
export interface Hdf5DatasetFacts {
  /** Path below the root group: "coords", "group/points". */
  readonly name: string;
  readonly shape: readonly number[];
  /** null = unlimited. */
  readonly maxShape: readonly (number | null)[];
  /** undefined where values lie in one piece. */
  readonly chunks: readonly number[] | undefined;
  readonly type: Hdf5Type | "string" | "other";
  readonly attributes: Hdf5Attributes;
}

/** A dataset of an open file. */
export interface Hdf5Dataset extends Hdf5DatasetFacts {
  /**
   * Reads rows `begin` to `end` (default: all) of the first dimension. A scalar has none.
   * @returns the values in C order; the caller owns them.
   * @throws {Hdf5FormatError} where it holds no numbers, an integer beyond 2^53, or is damaged.
   */
  read(begin?: number, end?: number, options?: { signal?: AbortSignal }): Promise<Hdf5Values>;
}

/** An open HDF5 file. */
export interface Hdf5File {
  readonly name: string;
  /** Every dataset, those in groups too, by its path. */
  readonly datasets: ReadonlyMap<string, Hdf5Dataset>;
  /** Attributes of the root group. */
  readonly attributes: Hdf5Attributes;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
