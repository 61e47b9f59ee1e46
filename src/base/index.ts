export { assert, CapabilityError, getErrorClass, messageOf, registerErrors, toError, WsiError } from "./errors.ts";
export { firstWhere } from "./first-where.ts";
export { fromHalf, toHalf } from "./half.ts";
export { digest, randomHex, toHex } from "./hex.ts";
export { Lifeline } from "./lifeline.ts";
export { ByteLru } from "./lru.ts";
export { roundHalfEven } from "./round.ts";
export { tagOf } from "./tag.ts";
