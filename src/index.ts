/** Coverslip as a library: everything but the app. */
export * from "#base";
export * from "#bytes";
export * from "#slide";
export * from "#viewer";
