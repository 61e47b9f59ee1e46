import { explain } from "../failures/explain.ts";
import type { Failure } from "../failures/failure.ts";
import { words } from "../words.ts";

/** Where the sample slide lies, relative to the page. */
export const SAMPLE_ADDRESS = "./sample/coverslip-sample.tiff";

/** What the address bar asks for: `?sample`, `?url=…`, or nothing. */
export type Asked =
  | { readonly kind: "nothing" }
  | { readonly kind: "slide"; readonly address: string }
  | { readonly kind: "refused"; readonly failure: Failure };

/** Reads the page's own address. Another origin is refused before anything is fetched from it. */
export function askedFor(page: URL): Asked {
  const sample = page.searchParams.has("sample");
  const address = sample ? SAMPLE_ADDRESS : page.searchParams.get("url");
  if (address === null) return { kind: "nothing" };
  let url: URL;
  try {
    url = new URL(address, page);
  } catch (error) {
    return {
      kind: "refused",
      failure: { ...words.failures.badAddress(address), details: explain(error, { name: address }).details },
    };
  }
  if (url.origin !== page.origin || (url.protocol !== "https:" && url.protocol !== "http:")) {
    const message = `${url.href} is not of ${page.origin}`;
    return {
      kind: "refused",
      failure: { ...words.failures.otherSite(url.href, page.origin), details: { name: "OtherOrigin", message } },
    };
  }
  return { kind: "slide", address };
}

/** The last part of the path, as a person would name the file. */
export function nameOf(url: URL): string {
  const last = url.pathname.split("/").filter(Boolean).at(-1) ?? url.hostname;
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** The query that brings the page back to a slide of this site after a reload. */
export function queryFor(address: string | undefined): string {
  if (address === undefined) return "";
  return address === SAMPLE_ADDRESS ? "?sample" : `?url=${encodeURIComponent(address)}`;
}
