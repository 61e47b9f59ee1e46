export { assert, CapabilityError, getErrorClass, registerErrors, WsiError } from "./errors.ts";
export { toHex } from "./hex.ts";
export { Lifeline } from "./lifeline.ts";
export { ByteLru } from "./lru.ts";
export { roundHalfEven } from "./round.ts";
