import { expose as exposeByComlink, proxy, transfer } from "comlink";
import "./wire-errors.ts";

/** Answers calls from the page that started this worker; thrown errors keep class, fields and cause. */
export function expose(api: object): void {
  exposeByComlink(api);
}

/** Marks buffers inside `value` as handed over rather than copied when it crosses to another thread. */
export function moveOut<T>(value: T, buffers: Transferable[]): T {
  return transfer(value, buffers);
}

/** Marks a function given along with a call as one that the other thread may call. It runs here, and answers nothing there. */
export function callBack<Args extends unknown[]>(listener: (...args: Args) => void): (...args: Args) => void {
  return proxy(listener);
}
