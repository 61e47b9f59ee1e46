/** The one place that knows zustand. */
export { useStore } from "zustand";
export { createJSONStorage, persist } from "zustand/middleware";
export { createStore, type StoreApi } from "zustand/vanilla";
