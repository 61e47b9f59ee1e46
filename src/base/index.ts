export { assert, CapabilityError, getErrorClass, registerErrors, WsiError } from "./errors.ts";
export { ByteLru } from "./lru.ts";
export { roundHalfEven } from "./round.ts";
