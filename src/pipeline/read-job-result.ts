import { GeoJsonError } from "#annotations";
import { Hdf5FormatError } from "#storage";
import { JobFileError } from "./errors.ts";

/** Reads a file of the job folder; where it is not what it should be, the error says which file it was. */
export async function readJobResult<Result>(path: string, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GeoJsonError) throw new JobFileError(path, error.message, { cause: error });
    if (!(error instanceof Hdf5FormatError)) throw error;
    throw new JobFileError(path, error.message.replace(`${error.fileName}: `, ""), { cause: error });
  }
}
